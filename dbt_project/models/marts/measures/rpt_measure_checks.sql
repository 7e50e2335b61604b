-- Grain: one measure that is done and names a topic. Did the complaints on that topic in that place end? Counts of the
-- eight weeks before the day it was done and of up to eight weeks after it, without that day; `effect`: the rate after
-- over the rate before, over the same ratio of comparable places (the topic in the other places of the municipality, or
-- elsewhere), with a 90 % interval.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run'],
    indexes=[{'columns': ['measure_key'], 'unique': true}]
) }}
{%- set before, after, least, early = 56, 56, 3, 14 %}

with measures as (
    select * from {{ ref('fct_measures') }}
),

feedback as (
    select * from {{ ref('fct_feedback') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
),

done as (
    select
        m.measure_key,
        m.municipality_code,
        m.topic_code,
        m.place,
        m.done_on,
        least(m.done_on + {{ after }}, {{ local_date(as_of(), 'p.time_zone') }} - 1) as last_on,
        {{ local_date(as_of(), 'p.time_zone') }} - 1 as today_on
    from measures as m
    inner join municipalities as p on m.municipality_code = p.municipality_code
    where
        m.done_on is not null
        and m.topic_code not in ('none', 'unknown')
        and m.municipality_code != 'unknown'
),

-- own: the topic in the place; near: in the other places of the municipality; far: in other municipalities
told as (
    select
        d.measure_key,
        d.done_on,
        d.last_on,
        d.today_on,
        f.received_on,
        coalesce(f.author_key, f.feedback_key::text) as person_key,
        case
            when f.municipality_code != d.municipality_code then 'far'
            when d.place is null or lower(d.place) = lower(f.place) then 'own'
            else 'near'
        end as nearness
    from done as d
    inner join feedback as f
        on d.topic_code = f.topic_code and f.received_on between d.done_on - {{ before }} and d.today_on
    where
        f.received_on != d.done_on
        and {{ from_citizen('f') }}
),

counts as (
    select
        d.measure_key,
        d.municipality_code,
        d.topic_code,
        d.place,
        d.done_on,
        d.last_on,
        greatest(d.last_on - d.done_on, 0) as days_after,
        {% for nearness in ['own', 'near', 'far'] -%}
        count(*) filter (where t.nearness = '{{ nearness }}' and t.received_on < d.done_on) as {{ nearness }}_before,
        count(*) filter (
            where t.nearness = '{{ nearness }}' and t.received_on > d.done_on and t.received_on <= d.last_on
        ) as {{ nearness }}_after,
        {% endfor -%}
        count(distinct t.person_key) filter (
            where t.nearness = 'own' and t.received_on > d.done_on and t.received_on <= d.last_on
        ) as people_after,
        count(distinct t.person_key) filter (
            where t.nearness = 'own' and t.received_on between d.today_on - 27 and d.today_on
            and t.received_on > d.done_on + {{ early }}
        ) as people_lately,
        count(*) filter (
            where t.nearness = 'own' and t.received_on between d.today_on - 27 and d.today_on
            and t.received_on > d.done_on + {{ early }}
        ) as items_lately,
        max(t.received_on) filter (where t.nearness = 'own' and t.received_on > d.done_on) as last_complaint_on
    from done as d
    left join told as t on d.measure_key = t.measure_key
    group by d.measure_key, d.municipality_code, d.topic_code, d.place, d.done_on, d.last_on
),

compared as (
    select
        *,
        case when near_before >= 10 then 'near' when far_before >= 10 then 'far' else 'none' end as compared_with,
        case when near_before >= 10 then near_before when far_before >= 10 then far_before end as other_before,
        case when near_before >= 10 then near_after when far_before >= 10 then far_after end as other_after
    from counts
),

-- half an item more in each count: a ratio with a zero has an interval too
ratios as (
    select
        *,
        ln((own_after + 0.5) / (own_before + 0.5) * {{ before }} / days_after)
        - coalesce(ln((other_after + 0.5) / (other_before + 0.5) * {{ before }} / days_after), 0) as log_effect,
        sqrt(
            1 / (own_after + 0.5) + 1 / (own_before + 0.5)
            + coalesce(1 / (other_after + 0.5) + 1 / (other_before + 0.5), 0)
        ) as log_error
    from compared
    where days_after > 0
),

effects as (
    select
        *,
        exp(log_effect) as effect,
        exp(log_effect - 1.645 * log_error) as effect_low,
        exp(log_effect + 1.645 * log_error) as effect_high
    from ratios
)

select
    measure_key,
    municipality_code,
    topic_code,
    place,
    done_on,
    last_on,
    days_after::integer as days_after,
    own_before::integer as items_before,
    own_after::integer as items_after,
    people_after::integer as people_after,
    last_complaint_on,
    people_lately::integer as people_lately,
    compared_with,
    other_before::integer as other_before,
    other_after::integer as other_after,
    round(effect::numeric, 3) as effect,
    round(effect_low::numeric, 3) as effect_low,
    round(effect_high::numeric, 3) as effect_high,
    case
        when days_after < {{ early }} then 'early'
        when people_after >= {{ least }} and effect_high >= 1 then 'goes_on'
        -- fewer at first, but in the last four weeks at least half as many as there were before
        when people_lately >= {{ least }} and items_lately * {{ before }} >= own_before * 28 / 2.0 then 'came_back'
        when own_before < {{ least }} then 'few'
        when effect_high < 1 then 'confirmed'
        else 'unproved'
    end as verdict
from effects
