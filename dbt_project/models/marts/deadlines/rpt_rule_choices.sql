-- Grain: item × stage. Why its rule counts the deadline: what of the rule matched, and which other rules fit as well
-- but name less. The item's attributes are those known when the stage was closed, as in int_clocks. A view: filter by
-- feedback_key.
{{ config(materialized='view', post_hook=[]) }}

with deadlines as (
    select * from {{ ref('fct_deadlines') }}
),

feedback as (
    select * from {{ ref('int_feedback') }}
),

attribute_history as (
    select * from {{ ref('int_attribute_history') }}
),

milestones as (
    select * from {{ ref('int_milestones') }}
),

rules as (
    select * from {{ ref('int_deadline_rules') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
),

channels as (
    select * from {{ ref('dim_channel') }}
),

kinds as (
    select * from {{ ref('kinds') }}
),

topics as (
    select * from {{ ref('dim_topic') }}
),

items as (
    select
        d.feedback_key,
        d.stage,
        d.rule_code,
        d.municipality_code,
        f.channel_code,
        f.kind,
        t.topic_code,
        t.is_key as is_key_topic,
        coalesce(h.priority, f.priority) as priority,
        {{ local_date('d.started_at', 'm.time_zone') }} as started_on,
        m.short_title as municipality,
        c.title as channel,
        k.title as kind_title,
        t.title as topic
    from deadlines as d
    inner join feedback as f on d.feedback_key = f.feedback_key
    inner join municipalities as m on d.municipality_code = m.municipality_code
    inner join channels as c on f.channel_code = c.channel_code
    left join kinds as k on f.kind = k.kind
    left join attribute_history as h
        on
            d.feedback_key = h.feedback_key
            and coalesce(d.done_at, d.cancelled_at, 'infinity') >= h.known_from
            and (coalesce(d.done_at, d.cancelled_at, 'infinity') < h.known_to or h.known_to = 'infinity')
    left join topics as t on coalesce(h.topic_code, f.topic_code) = t.topic_code
)

select
    i.feedback_key,
    i.stage,
    nullif(
        concat_ws(
            ', ',
            case when r.municipality_code is not null then 'муниципалитет — ' || i.municipality end,
            case when r.channel_code is not null then 'канал — ' || i.channel end,
            case when r.kind is not null then 'вид — ' || lower(left(i.kind_title, 1)) || substr(i.kind_title, 2) end,
            case
                when r.is_key_topic then 'ключевая тема — «' || i.topic || '»'
                when r.topic_prefix is not null then 'тема — «' || i.topic || '»'
                when not r.is_key_topic then 'тема не ключевая'
            end,
            case
                when r.priority = 'raised' then 'важность — повышенная'
                when r.priority is not null then 'важность — ' || r.priority
            end,
            case when r.season_from is not null then 'время года — с ' || r.season_from || ' по ' || r.season_to end
        ), ''
    ) as conditions,
    v.rivals
from items as i
left join rules as r on i.rule_code = r.rule_code
left join milestones as e on i.feedback_key = e.feedback_key
left join lateral (
    select
        string_agg(
            '«' || x.title || '» (' || {{ amount_ru('x.amount', 'x.unit') }} || ')', '; '
            order by x.specificity desc, x.rule_code
        ) as rivals
    from rules as x
    where
        x.stage = i.stage
        and x.rule_code != i.rule_code
        and {{ fits_rule('x', 'i') }}
        and {{ in_force('x', 'i.started_on') }}
        and {{ in_season('x', 'i.started_on') }}
        and (x.only_if_event is null or {{ milestone('x.only_if_event', 'e') }} is not null)
) as v on true
