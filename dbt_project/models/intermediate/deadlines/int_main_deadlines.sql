-- Grain: one item with a deadline: the one it is judged by (`is_main` of int_deadlines), with the local days of its end
-- and of its doing.
{{ config(materialized='view', post_hook=[]) }}

select
    feedback_key,
    stage,
    municipality_code,
    recipient_code,
    started_at,
    due_at,
    {{ local_date('due_at', 'time_zone') }} as due_on,
    done_at,
    {{ local_date('done_at', 'time_zone') }} as done_on,
    cancelled_at,
    paused_seconds,
    paused_since,
    is_met,
    is_missed
from {{ ref('int_deadlines') }}
where is_main
