-- Grain: item × stage of control: by which rule, from when, by when, and when it was done.
-- Independent of the present instant: the status as of a moment is the view deadline_status.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_touched', 'key': 'feedback_key'},
    on_schema_change='fail', tags=['each_run'],
    indexes=[{'columns': ['due_at']}, {'columns': ['recipient_code']}]
) }}
-- depends_on: {{ ref('recount_days_before') }}

with clocks as (
    select * from {{ ref('int_clocks') }}
    where {{ only('feedback_key', ref('int_touched'), 'feedback_key') }}
)

select
    c.feedback_key,
    c.stage,
    c.rule_code,
    coalesce(r.legal_basis, 'Срок, установленный системой-источником') as legal_basis,
    r.schedule_code,
    i.municipality_code,
    i.channel_code,
    i.block_code,
    i.recipient_code,
    c.started_at,
    coalesce(c.source_due_at, d.due_at) as due_at,
    case when c.source_due_at is null then d.control_due_at end as control_due_at,
    date_trunc('second', case c.stage
        when 'registration' then m.registered_at
        when 'first_reply' then m.first_reply_at
        when 'final' then m.first_final_reply_at
    end) as done_at,
    date_trunc('second', case when c.stage != 'registration' then m.cancelled_at end) as cancelled_at,
    coalesce(d.is_extended, false) as is_extended,
    0::bigint as paused_seconds
from clocks as c
left join {{ ref('int_deadline_rules') }} as r on c.rule_code = r.rule_code
left join {{ ref('int_due') }} as d on c.feedback_key = d.feedback_key and c.stage = d.stage
inner join {{ ref('int_feedback') }} as i on c.feedback_key = i.feedback_key
inner join {{ ref('int_milestones') }} as m on c.feedback_key = m.feedback_key
-- outside the years of the working-time axis nothing can be counted
where coalesce(c.source_due_at, d.due_at) is not null
