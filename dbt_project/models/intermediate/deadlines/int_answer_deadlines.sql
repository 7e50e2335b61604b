-- Grain: item × promise to its author: a first reply or a final answer by a deadline, with the local days of its end
-- and of its doing. What happens later to the item does not change how a promise ended.
{{ config(materialized='view', post_hook=[]) }}

select
    feedback_key,
    stage,
    answer,
    municipality_code,
    recipient_code,
    started_at,
    due_at,
    {{ local_date('due_at', 'time_zone') }} as due_on,
    done_at,
    {{ local_date('done_at', 'time_zone') }} as done_on,
    cancelled_at,
    {{ local_date('cancelled_at', 'time_zone') }} as cancelled_on,
    ending,
    paused_seconds,
    paused_since,
    is_main,
    is_met,
    is_missed
from {{ ref('int_deadlines') }}
where answer is not null
