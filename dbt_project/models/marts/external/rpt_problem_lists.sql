-- Grain: one problem that the regional centre lists («Перечень муниципальных проблем») or one problem area of ours, or
-- both where they mean the same: municipality, topic and place (theirs without a place means all of them). Of theirs,
-- what citizens wrote to us while it stood on their list, from two weeks before.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run']
) }}

with problems as (
    select * from {{ ref('fct_external_problems') }}
),

areas as (
    select * from {{ ref('rpt_problem_areas') }}
    where area_kind = 'sphere'
),

feedback as (
    select * from {{ ref('fct_feedback') }}
),

measures as (
    select * from {{ ref('fct_measures') }}
),

theirs as (
    select
        p.problem_key,
        count(f.feedback_key)::integer as our_items_count,
        count(distinct coalesce(f.author_key, f.feedback_key::text))
        filter (where f.feedback_key is not null)::integer as our_people_count
    from problems as p
    left join feedback as f
        on
            p.municipality_code = f.municipality_code
            and p.topic_code = f.topic_code
            and (p.place is null or lower(p.place) = lower(f.place))
            and f.received_on between p.opened_on - 14 and coalesce(p.closed_on, 'infinity')
            and {{ from_citizen('f') }}
    group by p.problem_key
),

tied as (
    select
        m.municipality_code,
        m.problem_ref,
        count(*)::integer as measures_count
    from measures as m
    where m.problem_ref is not null
    group by m.municipality_code, m.problem_ref
),

matched as (
    select
        p.problem_key,
        a.area_key
    from problems as p
    inner join areas as a
        on
            p.municipality_code = a.municipality_code
            and p.topic_code = a.topic_code
            and (p.place is null or lower(p.place) = lower(a.place))
    where p.is_open
)

select
    p.problem_key,
    p.record_ref,
    m.area_key,
    coalesce(p.municipality_code, a.municipality_code) as municipality_code,
    coalesce(p.topic_code, a.topic_code) as topic_code,
    coalesce(p.place, a.place) as place,
    case
        when p.problem_key is null then 'ours'
        when m.area_key is not null then 'both'
        when t.our_items_count > 0 then 'theirs_with_items'
        else 'theirs'
    end as side,
    p.title,
    p.opened_on,
    p.closed_on,
    p.is_open,
    p.messages_count,
    t.our_items_count,
    coalesce(t.our_people_count, a.people_count) as our_people_count,
    coalesce(d.measures_count, 0) as measures_count
from problems as p
left join theirs as t on p.problem_key = t.problem_key
left join matched as m on p.problem_key = m.problem_key
left join tied as d on p.municipality_code = d.municipality_code and p.record_ref = d.problem_ref
full join areas as a on m.area_key = a.area_key
