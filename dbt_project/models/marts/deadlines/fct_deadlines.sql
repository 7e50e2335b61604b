-- Grain: item × stage of control: by which rule, from when, by when, and when it was done; whose it was then.
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
    coalesce(r.unit, 'hours') as unit,
    c.schedule_code,
    i.municipality_code,
    i.channel_code,
    c.block_code,
    c.recipient_code,
    c.started_at,
    coalesce(c.source_due_at, d.due_at) as due_at,
    case when c.source_due_at is null then d.control_due_at end as control_due_at,
    c.done_at,
    c.cancelled_at,
    coalesce(d.is_extended, false) as is_extended,
    coalesce(d.paused_amount, 0) as paused_amount,
    coalesce(d.paused_seconds, 0) as paused_seconds,
    d.paused_since
from clocks as c
left join {{ ref('int_deadline_rules') }} as r on c.rule_code = r.rule_code
left join {{ ref('int_due') }} as d on c.feedback_key = d.feedback_key and c.stage = d.stage
inner join {{ ref('int_feedback') }} as i on c.feedback_key = i.feedback_key
-- outside the years of the working-time axis nothing can be counted
where coalesce(c.source_due_at, d.due_at) is not null
