-- Grain: item × stage of control, in the words that people read.
select
    d.feedback_key,
    f.record_ref,
    m.short_title as municipality,
    b.title as block,
    r.title as recipient,
    c.title as channel,
    g.title as stage,
    d.legal_basis,
    d.started_at,
    d.due_at,
    {{ local_date('d.due_at', 'm.time_zone') }} as due_on,
    d.done_at,
    s.title as status,
    d.is_overdue,
    round(d.left_seconds / 86400.0, 1) as left_days
from {{ ref('rpt_deadline_status') }} as d
inner join {{ ref('fct_feedback') }} as f on d.feedback_key = f.feedback_key
inner join {{ ref('dim_municipality') }} as m on d.municipality_code = m.municipality_code
inner join {{ ref('dim_sector_block') }} as b on d.block_code = b.block_code
inner join {{ ref('dim_recipient_name') }} as r
    on d.recipient_code = r.recipient_code and {{ in_force('r', 'f.received_on') }}
inner join {{ ref('dim_channel') }} as c on d.channel_code = c.channel_code
inner join {{ ref('stages') }} as g on d.stage = g.stage
inner join {{ ref('deadline_statuses') }} as s on d.status = s.status
where {{ visible_rows('d.municipality_code', 'd.block_code', 'd.recipient_code') }}
