-- Grain: one stay of an item in one state in one pair of hands. A stay that goes on has no end and no length.
{{ config(materialized='view', post_hook=[]) }}

select
    feedback_key,
    stay_no,
    municipality_code,
    block_code,
    recipient_code,
    state_code,
    entered_at,
    left_at,
    next_state_code,
    next_recipient_code,
    extract(epoch from left_at - entered_at)::bigint as calendar_seconds,
    left_position - entered_position as working_seconds
from {{ ref('int_stays') }}
