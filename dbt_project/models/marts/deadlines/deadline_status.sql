-- Grain: item × stage. How each term stands at `as_of`; nothing is rewritten because time passes.
{{ config(materialized='view', post_hook=[]) }}

with stood as (
    select
        d.*,
        a.as_of,
        case when d.done_at <= a.as_of then d.done_at end as done_by_then,
        case when d.cancelled_at <= a.as_of then d.cancelled_at end as cancelled_by_then
    from {{ ref('fct_deadlines') }} as d
    cross join {{ ref('as_of') }} as a
),

judged as (
    select
        *,
        case
            when done_by_then <= due_at then 'met'
            when done_by_then is not null then 'late'
            -- forwarded or left without an answer when the term had run out: that clears no debt
            when cancelled_by_then > due_at then 'late'
            when cancelled_by_then is not null then 'cancelled'
            when as_of <= due_at then 'running'
            else 'running_late'
        end as status
    from stood
)

select
    feedback_key,
    stage,
    rule_code,
    legal_basis,
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
    is_extended,
    paused_seconds,
    as_of,
    status,
    status in ('late', 'running_late') as is_overdue,
    case when status in ('running', 'running_late') then extract(epoch from due_at - as_of)::bigint end as left_seconds,
    extract(epoch from coalesce(done_by_then, cancelled_by_then, as_of) - started_at)::bigint as used_seconds
from judged
