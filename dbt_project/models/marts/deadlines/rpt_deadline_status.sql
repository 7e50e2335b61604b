-- Grain: item × stage. How each deadline stands at `as_of`; nothing is rewritten because time passes.
-- Used and left are given in the rule's unit and in working time. Unselected columns are not computed.
{{ config(materialized='view', post_hook=[]) }}

with deadlines as (
    select * from {{ ref('fct_deadlines') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
),

stages as (
    select * from {{ ref('stages') }}
),

moment as (
    select * from {{ ref('dim_as_of') }}
),

stood as (
    select
        d.*,
        a.as_of,
        m.time_zone,
        g.owner = 'other_body' as is_of_another_body,
        case when d.done_at <= a.as_of then d.done_at end as done_by_then,
        case when d.cancelled_at <= a.as_of then d.cancelled_at end as cancelled_by_then,
        case when d.paused_since <= a.as_of then d.paused_since end as paused_by_then,
        d.is_missed and d.due_at < a.as_of as is_overdue
    from deadlines as d
    inner join municipalities as m on d.municipality_code = m.municipality_code
    inner join stages as g on d.stage = g.stage
    cross join moment as a
),

judged as (
    select
        *,
        coalesce(done_by_then, cancelled_by_then, paused_by_then, as_of) as used_until,
        coalesce(schedule_code, 'office') as axis_code,
        case
            when done_by_then <= due_at then 'met'
            when cancelled_by_then is not null and done_by_then is null and ending = 'closed_without_answer'
                then 'unanswered'
            -- forwarded or withdrawn after the deadline: that clears no debt
            when is_overdue and coalesce(done_by_then, cancelled_by_then) is not null then 'late'
            when is_overdue and is_of_another_body then 'waiting_late'
            when is_overdue then 'running_late'
            when cancelled_by_then is not null then 'cancelled'
            when paused_by_then is not null then 'paused'
            when is_of_another_body then 'waiting'
            else 'running'
        end as status
    from stood
)

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
    as_of,
    status,
    is_overdue,
    case
        when status in ('running', 'running_late', 'waiting', 'waiting_late', 'paused')
            then extract(epoch from due_at - used_until)::bigint
    end as left_seconds,
    extract(epoch from used_until - started_at)::bigint as used_seconds,
    {{ in_unit('started_at', 'used_until') }}
    - case when unit in ('hours', 'working_hours') then paused_amount / 3600.0 else paused_amount end as used_amount,
    case
        when status in ('running', 'running_late', 'waiting', 'waiting_late', 'paused')
            then {{ in_unit('used_until', 'due_at') }}
    end as left_amount,
    (select v.value from {{ worked_seconds('axis_code', 'started_at', 'used_until') }} as v)::bigint
        as used_working_seconds,
    case
        when status in ('running', 'running_late', 'waiting', 'waiting_late', 'paused')
            then (select v.value from {{ worked_seconds('axis_code', 'used_until', 'due_at') }} as v)::bigint
    end as left_working_seconds
from judged
