-- Grain: item × stage with a deadline. How much working time was left when it was done or taken off control; empty
-- where the deadline came first. Holds nothing that was not known at the deadline, so a forecast as of any later
-- instant may read it, and time alone changes no row.
{{ config(
    materialized='incremental', incremental_strategy='replace',
    meta={'replace': 'int_touched', 'key': 'feedback_key'}, on_schema_change='fail', tags=['each_run'],
    indexes=[{'columns': ['due_at']}, {'columns': ['feedback_key']}]
) }}

with deadlines as (
    select
        *,
        coalesce(schedule_code, 'office') as axis,
        -- closing without an answer ends nothing: the deadline is missed
        coalesce(done_at, case when ending != 'closed_without_answer' then cancelled_at end) as ended_at
    from {{ ref('int_deadlines') }}
    where {{ only('feedback_key', ref('int_touched'), 'feedback_key') }}
),

items as (
    select * from {{ ref('int_feedback') }}
),

measured as (
    select
        d.*,
        i.topic_code,
        due.value - started.value as whole_seconds,
        due.value - ended.value as left_seconds
    from deadlines as d
    inner join items as i on d.feedback_key = i.feedback_key
    cross join lateral {{ work_position('d.axis', 'd.started_at') }} as started
    cross join lateral {{ work_position('d.axis', 'd.due_at') }} as due
    left join lateral {{ work_position('d.axis', 'd.ended_at') }} as ended on d.ended_at <= d.due_at
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
