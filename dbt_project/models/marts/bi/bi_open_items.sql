-- Grain: one open item, in the words that people read: its next deadline, or why it has none. `without_deadline` adds
-- up to the number of items that have neither; it must be 0.
select
    o.feedback_key,
    o.record_ref,
    m.short_title as municipality,
    b.title as block,
    r.title as recipient,
    c.title as channel,
    k.title as kind,
    o.received_at,
    o.received_on,
    g.title as stage,
    o.due_at,
    {{ local_date('o.due_at', 'm.time_zone') }} as due_on,
    coalesce(s.title, o.no_deadline_title, 'Без срока') as clock,
    coalesce(o.status = 'running_late', false) as is_overdue,
    o.recipient_code in ('none', 'unknown') as is_unowned,
    o.is_without_deadline::integer as without_deadline
from {{ ref('rpt_open_items') }} as o
inner join {{ ref('dim_municipality') }} as m on o.municipality_code = m.municipality_code
inner join {{ ref('dim_sector_block') }} as b on o.block_code = b.block_code
inner join {{ ref('dim_recipient_name') }} as r
    on o.recipient_code = r.recipient_code and {{ in_force('r', 'o.received_on') }}
inner join {{ ref('dim_channel') }} as c on o.channel_code = c.channel_code
left join {{ ref('kinds') }} as k on o.kind = k.kind
left join {{ ref('stages') }} as g on o.stage = g.stage
left join {{ ref('deadline_statuses') }} as s on o.status = s.status
where {{ visible_rows('o.municipality_code', 'o.block_code', 'o.recipient_code') }}
