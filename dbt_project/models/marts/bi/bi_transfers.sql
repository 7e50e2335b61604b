-- Grain: one item that was handed on too often or came back to hands it had been in.
select
    t.rank_no,
    m.short_title as municipality,
    b.title as block,
    r.title as recipient,
    c.title as channel,
    f.record_ref,
    t.received_at,
    t.transfers_count,
    t.hands_count,
    t.returns_count,
    t.is_over_limit,
    coalesce(t.circle, 'не возвращалось') as circle,
    case when t.is_open then 'открыто' else 'закрыто' end as state
from {{ ref('rpt_transfers') }} as t
inner join {{ ref('fct_feedback') }} as f on t.feedback_key = f.feedback_key
inner join {{ ref('dim_municipality') }} as m on t.municipality_code = m.municipality_code
inner join {{ ref('dim_sector_block') }} as b on t.block_code = b.block_code
inner join {{ ref('dim_channel') }} as c on f.channel_code = c.channel_code
inner join {{ ref('dim_recipient') }} as r on t.recipient_code = r.recipient_code
where {{ visible_rows('t.municipality_code', 't.block_code', 't.recipient_code') }}
