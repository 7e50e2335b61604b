-- Grain: area × item that counts in it in the last full days (`problem_areas.days`): received, promised an answer by
-- a day of them, or decided on in them. An area is a sphere (a topic of a block in a place) or a problem of several
-- people. Every number of rpt_problem_areas is a count of these rows.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run'],
    indexes=[{'columns': ['area_key']}, {'columns': ['feedback_key']}]
) }}
{%- set days = var('problem_areas').days %}

with feedback as not materialized (
    select * from {{ ref('fct_feedback') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
),

deadlines as (
    select * from {{ ref('int_answer_deadlines') }}
),

events as (
    select * from {{ ref('fct_feedback_events') }}
),

problems as (
    select * from {{ ref('fct_problems') }}
),

problem_items as (
    select * from {{ ref('fct_problem_items') }}
),

periods as (
    select
        municipality_code,
        time_zone,
        {{ local_date(as_of(), 'time_zone') }} - {{ days }} as first_on,
        {{ local_date(as_of(), 'time_zone') }} - 1 as last_on
    from municipalities
    where municipality_code != 'unknown'
),

received as (
    select
        f.feedback_key,
        bool_or(f.is_repeat) as is_returned
    from feedback as f
    inner join periods as p on f.municipality_code = p.municipality_code
    where f.received_on between p.first_on and p.last_on
    group by f.feedback_key
),

due as (
    select
        d.feedback_key,
        bool_or(d.is_missed) as is_overdue
    from deadlines as d
    inner join periods as p on d.municipality_code = p.municipality_code
    where
        -- no zone is a day away: an index finds these few
        d.due_at >= {{ as_of() }} - interval '{{ days + 2 }} days'
        and d.due_on between p.first_on and p.last_on
        and (d.is_met or d.is_missed)
    group by d.feedback_key
),

-- a deferral or a final answer
decided as (
    select
        e.feedback_key,
        bool_or(e.event_code = 'deferred') as is_deferred
    from events as e
    inner join feedback as f on e.feedback_key = f.feedback_key
    inner join periods as p on f.municipality_code = p.municipality_code
    where
        e.occurred_at >= {{ as_of() }} - interval '{{ days + 2 }} days'
        and (e.event_code = 'deferred' or (e.event_code = 'final_reply' and f.status_code != 'left_without_answer'))
        and {{ local_date('e.occurred_at', 'p.time_zone') }} between p.first_on and p.last_on
    group by e.feedback_key
),

counted as (
    select
        feedback_key,
        r.feedback_key is not null as is_received,
        coalesce(r.is_returned, false) as is_returned,
        d.feedback_key is not null as is_due,
        coalesce(d.is_overdue, false) as is_overdue,
        e.feedback_key is not null as is_decided,
        coalesce(e.is_deferred, false) as is_deferred
    from received as r
    full join due as d using (feedback_key)
    full join decided as e using (feedback_key)
),

areas as (
    select
        'sphere' as area_kind,
        md5(concat_ws(':', municipality_code, block_code, topic_code, coalesce(place, '')))::uuid as area_key,
        municipality_code,
        block_code,
        topic_code,
        place,
        feedback_key,
        false as is_return
    from feedback
    where topic_code not in ('none', 'unknown')
    union all
    select
        'problem' as area_kind,
        p.problem_key as area_key,
        p.municipality_code,
        p.block_code,
        p.topic_code,
        p.place,
        i.feedback_key,
        i.is_return
    from problems as p
    inner join problem_items as i on p.problem_key = i.problem_key
)

select
    a.area_key,
    a.area_kind,
    a.municipality_code,
    a.block_code,
    a.topic_code,
    coalesce(a.place, '') as place,
    f.feedback_key,
    -- whoever is not known is a person of his own
    coalesce(f.author_key, f.feedback_key::text) as person_key,
    f.matter_key,
    c.is_received,
    c.is_returned or (c.is_received and coalesce(a.is_return, false)) as is_returned,
    c.is_due,
    c.is_overdue,
    c.is_decided,
    c.is_deferred
from counted as c
inner join feedback as f on c.feedback_key = f.feedback_key
inner join areas as a on c.feedback_key = a.feedback_key
where
    {{ from_citizen('f') }}
    and a.municipality_code != 'unknown'
