-- Grain: vote, poll or discussion × topic that its title or an option names (seed vote_topics): what citizens wrote on
-- that topic in the ninety days before it began and after it ended.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run']
) }}

with votes as (
    select * from {{ ref('fct_votes') }}
),

vote_topics as (
    select * from {{ ref('vote_topics') }}
),

feedback as (
    select * from {{ ref('fct_feedback') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
),

named as (
    select distinct
        v.source_slug,
        v.record_ref,
        v.municipality_code,
        {{ local_date('v.started_at', 'm.time_zone') }} as started_on,
        {{ local_date('v.ended_at', 'm.time_zone') }} as ended_on,
        t.topic_code
    from votes as v
    inner join municipalities as m on v.municipality_code = m.municipality_code
    inner join vote_topics as t on v.title || ' ' || coalesce(v.option_title, '') ilike '%' || t.words || '%'
)

select
    n.source_slug,
    n.record_ref,
    n.municipality_code,
    n.topic_code,
    (count(f.feedback_key) filter (where f.received_on < n.started_on))::integer as items_before,
    (count(f.feedback_key) filter (where f.received_on > n.ended_on))::integer as items_after
from named as n
left join feedback as f
    on
        n.municipality_code = f.municipality_code
        and n.topic_code = f.topic_code
        and f.received_on between n.started_on - 90 and n.ended_on + 90
        and f.received_at <= {{ as_of() }}
        and {{ from_citizen('f') }}
group by n.source_slug, n.record_ref, n.municipality_code, n.topic_code
