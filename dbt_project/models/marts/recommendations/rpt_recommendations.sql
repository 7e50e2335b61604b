-- Grain: one recommendation: offered, accepted, declined or done. What people have decided stays, whether or not the
-- platform still offers it. Effect: the share of hits in the `flow.days` days before it was accepted, and in as many
-- after it was done; until those are over no effect is named.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run']
) }}

with drafts as (
    select * from {{ ref('rpt_recommendation_drafts') }}
),

words as (
    select * from {{ ref('int_recommendation_words') }}
),

items as (
    select * from {{ ref('rpt_recommendation_items') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
),

measured as (
    select
        recommendation_key,
        count(*) filter (where span = 'before' and is_hit) as before_hits,
        count(*) filter (where span = 'before') as before_of,
        count(*) filter (where span = 'after' and is_hit) as after_hits,
        count(*) filter (where span = 'after') as after_of
    from items
    group by recommendation_key
),

effects as (
    select
        w.recommendation_key,
        coalesce(d.before_hits, 0) as before_hits,
        coalesce(d.before_of, 0) as before_of,
        coalesce(d.after_hits, 0) as after_hits,
        coalesce(d.after_of, 0) as after_of,
        {{ local_date(as_of(), 'm.time_zone') }} <= w.decided_on + {{ var('flow').days }} as is_early
    from words as w
    inner join municipalities as m on w.municipality_code = m.municipality_code
    left join measured as d on w.recommendation_key = d.recommendation_key
    where
        w.action = 'done'
        and w.kind not in ('lever', 'own')
),

joined as (
    select
        recommendation_key,
        coalesce(w.kind, d.kind) as kind,
        coalesce(w.municipality_code, d.municipality_code) as municipality_code,
        coalesce(w.block_code, d.block_code) as block_code,
        coalesce(w.recipient_code, d.recipient_code) as recipient_code,
        coalesce(w.text, d.text) as text,
        coalesce(w.basis, d.basis) as basis,
        coalesce(w.action, 'offered') as status,
        w.decided_on as since,
        w.unit,
        w.reason,
        d.recommendation_key is not null as is_offered_now
    from drafts as d
    full join words as w using (recommendation_key)
)

select
    j.*,
    e.before_hits::integer as before_hits,
    e.before_of::integer as before_of,
    e.after_hits::integer as after_hits,
    e.after_of::integer as after_of,
    -- 90 % intervals: they overlap unless more than chance lies between them
    case
        when e.is_early then 'early'
        when e.before_of < {{ var('package').min_records }} or e.after_of < {{ var('package').min_records }} then 'few'
        when {{ wilson('e.after_hits', 'e.after_of', '+') }} < {{ wilson('e.before_hits', 'e.before_of', '-') }}
            then 'better'
        when {{ wilson('e.after_hits', 'e.after_of', '-') }} > {{ wilson('e.before_hits', 'e.before_of', '+') }}
            then 'worse'
        when e.recommendation_key is not null then 'unproved'
    end as effect
from joined as j
left join effects as e on j.recommendation_key = e.recommendation_key
