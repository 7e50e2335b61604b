-- Grain: one open item. The next deadline of a promise to its author, or the reason why it has none by right. An item
-- with neither is a hole in the rules: MART-016 stops the publishing.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run']
) }}

with feedback as (
    select * from {{ ref('fct_feedback') }}
),

deadline_status as (
    select * from {{ ref('rpt_deadline_status') }}
),

reasons as (
    select * from {{ ref('no_deadline_reasons') }}
),

clocks as (
    select distinct on (feedback_key)
        feedback_key,
        stage,
        rule_code,
        due_at,
        status
    from deadline_status
    where
        (answer is not null or stage = 'body_request')
        and status in ('running', 'running_late', 'paused')
    order by feedback_key, due_at, stage
),

open_items as (
    select
        f.feedback_key,
        f.source_slug,
        f.record_ref,
        f.municipality_code,
        f.block_code,
        f.recipient_code,
        f.channel_code,
        f.kind,
        f.received_at,
        f.received_on,
        c.stage,
        c.rule_code,
        c.due_at,
        c.status,
        case
            when c.feedback_key is not null then null
            when f.received_on < '{{ var("calendar_from") }}'::date then 'before_calendar'
            when f.final_reply_at is not null then 'answered'
        end as no_deadline_reason
    from feedback as f
    left join clocks as c on f.feedback_key = c.feedback_key
    where f.is_open
)

select
    i.feedback_key,
    i.source_slug,
    i.record_ref,
    i.municipality_code,
    i.block_code,
    i.recipient_code,
    i.channel_code,
    i.kind,
    i.received_at,
    i.received_on,
    i.stage,
    i.rule_code,
    i.due_at,
    i.status,
    i.no_deadline_reason,
    r.title as no_deadline_title,
    i.stage is null and i.no_deadline_reason is null as is_without_deadline
from open_items as i
left join reasons as r on i.no_deadline_reason = r.reason
