-- Grain: one request between bodies: one that came to us (by telephone or otherwise), or one that we sent in an appeal
-- (59-ФЗ, ст. 10). Whose delay it is: `owner` is us or the other body. No обращение.
{{ config(materialized='view', post_hook=[]) }}

select
    d.feedback_key,
    f.source_slug,
    f.record_ref,
    d.municipality_code,
    case when g.owner = 'other_body' then 'outgoing' else 'incoming' end as direction,
    g.owner,
    d.recipient_code,
    d.started_at as sent_at,
    d.due_at,
    d.done_at as answered_at,
    d.status,
    d.is_overdue
from {{ ref('rpt_deadline_status') }} as d
inner join {{ ref('stages') }} as g on d.stage = g.stage
inner join {{ ref('fct_feedback') }} as f on d.feedback_key = f.feedback_key
where d.stage in ('request', 'body_request')
