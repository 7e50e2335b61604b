-- Grain: item × stage of control. A view: the rows are stored once, in int_deadlines.
{{ config(materialized='view', post_hook=[]) }}

select
    feedback_key,
    stage,
    rule_code,
    legal_basis,
    answer,
    unit,
    schedule_code,
    municipality_code,
    channel_code,
    block_code,
    recipient_code,
    started_at,
    due_at,
    control_due_at,
    done_at,
    cancelled_at,
    ending,
    is_extended,
    paused_amount,
    paused_seconds,
    paused_since,
    is_main,
    is_met,
    is_missed
from {{ ref('int_deadlines') }}
