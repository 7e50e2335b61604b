-- Grain: item × stage that is overdue at `as_of` and unanswered, or ends by the close of the next working day.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run']
) }}

with deadline_status as (
    select * from {{ ref('rpt_deadline_status') }}
),

feedback as (
    select * from {{ ref('fct_feedback') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
),

running as (
    select
        s.feedback_key,
        s.stage,
        s.municipality_code,
        s.block_code,
        s.recipient_code,
        s.channel_code,
        s.due_at,
        s.status = 'running_late' as is_overdue,
        {{ local_date('s.due_at', 'm.time_zone') }} as due_on,
        {{ local_date(as_of(), 'm.time_zone') }} as today,
        coalesce(s.schedule_code, 'office') as axis
    from deadline_status as s
    inner join municipalities as m on s.municipality_code = m.municipality_code
    where
        s.status in ('running', 'running_late')
        -- the next working day is never further away: an index finds these few
        and s.due_at < {{ as_of() }} + interval '31 days'
)

select
    r.feedback_key,
    f.record_ref,
    r.stage,
    r.municipality_code,
    r.block_code,
    r.recipient_code,
    r.channel_code,
    r.due_at,
    r.due_on,
    r.is_overdue,
    r.recipient_code in ('none', 'unknown') as is_unowned,
    case when r.is_overdue then r.today - r.due_on end as overdue_days
from running as r
inner join feedback as f on r.feedback_key = f.feedback_key
cross join lateral {{ nth_working_day('r.axis', 'r.today', 1) }} as d
where r.is_overdue or r.due_on <= d.value
