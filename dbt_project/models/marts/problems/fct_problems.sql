-- Grain: one trouble that at least two people wrote about. Its key is that of its first item. What changes only because
-- time passes stands in rpt_problems.
{{ config(
    materialized='incremental', incremental_strategy='replace',
    meta={'replace': 'int_problem_recount', 'key': 'problem_key'},
    on_schema_change='fail', tags=['each_run'],
    indexes=[{'columns': ['problem_key'], 'unique': true}]
) }}

with items as (
    select * from {{ ref('int_problem_items') }}
),

names as (
    select distinct on (i.problem_key)
        i.problem_key,
        s.title
    from {{ ref('int_problem_names') }} as s
    inner join items as i on s.feedback_key = i.feedback_key
    order by i.problem_key, s.said_at desc, s.feedback_key
)

select
    i.problem_key,
    max(n.title) as title,
    mode() within group (order by i.municipality_code) as municipality_code,
    mode() within group (order by i.topic_code) as topic_code,
    mode() within group (order by i.block_code) as block_code,
    mode() within group (order by i.place) as place,
    mode() within group (order by i.spot) as spot,
    max(i.people_count) as people_count,
    count(distinct i.matter_key)::integer as matters_count,
    count(*)::integer as messages_count,
    array_agg(distinct i.channel_code) as channel_codes,
    min(i.received_at) as first_at,
    max(i.received_at) as last_at,
    min(i.received_on) as first_on,
    max(i.received_on) as last_on,
    (count(*) filter (where not i.is_open))::integer as answered_count,
    (count(*) filter (where i.is_open))::integer as open_count,
    case when not bool_or(i.is_open) then max(i.answered_at) end as answered_at,
    (count(*) filter (where i.is_return))::integer as returns_count,
    max(i.received_at) filter (where i.is_return) as returned_at
from items as i
left join names as n on i.problem_key = n.problem_key
where {{ only('i.problem_key', ref('int_problem_recount'), 'problem_key') }}
group by i.problem_key
