-- Grain: item × stage with a rule. How much working time of the term was left when it was done or taken off control; empty where
-- the term ended first. Says nothing that was not known at the end of the term, so a forecast as of any later instant
-- may read it, and nothing is rewritten because time passes.
{{ config(
    materialized='incremental', incremental_strategy='replace', schema='intermediate',
    meta={'replace': 'int_touched', 'key': 'feedback_key'}, on_schema_change='fail', tags=['each_run'],
    indexes=[{'columns': ['due_at']}, {'columns': ['feedback_key']}]
) }}

with terms as (
    select
        d.*,
        f.topic_code,
        coalesce(d.schedule_code, 'office') as axis,
        coalesce(d.done_at, d.cancelled_at) as ended_at
    from {{ ref('fct_deadlines') }} as d
    inner join {{ ref('fct_feedback') }} as f on d.feedback_key = f.feedback_key
    where {{ only('d.feedback_key', ref('int_touched'), 'feedback_key') }}
),

measured as (
    select
        t.*,
        due.value - started.value as whole_seconds,
        due.value - ended.value as left_seconds
    from terms as t
    cross join lateral {{ work_position('t.axis', 't.started_at') }} as started
    cross join lateral {{ work_position('t.axis', 't.due_at') }} as due
    left join lateral {{ work_position('t.axis', 't.ended_at') }} as ended on t.ended_at <= t.due_at
)

select
    feedback_key,
    stage,
    municipality_code,
    block_code,
    recipient_code,
    topic_code,
    due_at,
    whole_seconds,
    left_seconds
from measured
