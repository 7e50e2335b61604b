-- Grain: recommendation that the rows of the last `flow.days` days give reason for × item that is such a row. Every
-- number of rpt_recommendation_drafts is a count of these rows; those of a lever are in fct_rating_components.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run']
) }}
{%- set days = var('flow').days %}

with feedback as (
    select * from {{ ref('fct_feedback') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
),

transfers as (
    select * from {{ ref('rpt_transfers') }}
),

audit as (
    select * from {{ ref('rpt_reply_audit') }}
),

problems as (
    select * from {{ ref('rpt_problems') }}
),

problem_items as (
    select * from {{ ref('fct_problem_items') }}
),

periods as (
    select
        municipality_code,
        {{ local_date(as_of(), 'time_zone') }} - {{ days }} as first_on,
        {{ local_date(as_of(), 'time_zone') }} - 1 as last_on
    from municipalities
    where municipality_code != 'unknown'
),

-- a matter that comes back to one recipient on one topic; `is_hit`: it does
repeats as (
    select
        'repeats' as kind,
        f.municipality_code,
        f.block_code,
        f.recipient_code,
        f.topic_code,
        null::uuid as problem_key,
        f.feedback_key,
        f.is_repeat as is_hit
    from feedback as f
    inner join periods as p on f.municipality_code = p.municipality_code
    where
        f.received_on between p.first_on and p.last_on
        and f.recipient_code not in ('none', 'unknown')
        and f.topic_code not in ('none', 'unknown')
        and {{ from_citizen('f') }}
),

-- answers of the samples: people found nothing in them, or evidence waits for people
hollow as (
    select
        'hollow' as kind,
        a.municipality_code,
        null as block_code,
        a.recipient_code,
        null as topic_code,
        null::uuid as problem_key,
        a.feedback_key,
        coalesce(a.verdict = 'hollow', a.is_strong) as is_hit
    from audit as a
    inner join periods as p on a.municipality_code = p.municipality_code
    where a.answered_on between p.first_on and p.last_on
),

circles as (
    select
        'circles' as kind,
        t.municipality_code,
        t.block_code,
        null as recipient_code,
        null as topic_code,
        null::uuid as problem_key,
        t.feedback_key,
        true as is_hit
    from transfers as t
),

returned as (
    select
        'problem' as kind,
        p.municipality_code,
        p.block_code,
        null as recipient_code,
        p.topic_code,
        p.problem_key,
        i.feedback_key,
        i.is_return as is_hit
    from problems as p
    inner join problem_items as i on p.problem_key = i.problem_key
    where
        p.state = 'returned'
        and p.people_count >= {{ var('recommendations').people }}
),

items as (
    select * from repeats
    union all
    select * from hollow
    union all
    select * from circles
    union all
    select * from returned
)

select
    {{ recommendation_key(
        'kind', 'municipality_code', 'block_code', 'recipient_code', 'topic_code', 'problem_key::text', 'null'
    ) }} as recommendation_key,
    kind,
    municipality_code,
    block_code,
    recipient_code,
    topic_code,
    problem_key,
    feedback_key,
    is_hit
from items
