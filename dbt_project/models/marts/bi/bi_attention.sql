-- Grain: item × stage that is overdue now or ends by the close of the next working day, in the words that people read.
select
    k.feedback_key,
    k.record_ref,
    m.short_title as municipality,
    b.title as block,
    r.title as recipient,
    c.title as channel,
    g.title as stage,
    k.due_at,
    k.due_on,
    k.is_overdue,
    k.is_unowned,
    k.overdue_days
from {{ ref('rpt_attention') }} as k
inner join {{ ref('dim_municipality') }} as m on k.municipality_code = m.municipality_code
inner join {{ ref('dim_sector_block') }} as b on k.block_code = b.block_code
inner join {{ ref('dim_recipient') }} as r on k.recipient_code = r.recipient_code
inner join {{ ref('dim_channel') }} as c on k.channel_code = c.channel_code
inner join {{ ref('stages') }} as g on k.stage = g.stage
where {{ visible_rows('k.municipality_code', 'k.block_code', 'k.recipient_code') }}
