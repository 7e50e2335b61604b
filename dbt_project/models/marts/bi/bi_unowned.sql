-- Grain: open item that nobody has, in the words that people read: the МЦУ assigns it.
select
    u.feedback_key,
    o.record_ref,
    m.short_title as municipality,
    c.title as channel,
    k.title as kind,
    t.title as topic,
    b.title as block,
    u.received_at,
    o.received_on,
    u.age_days,
    case when u.is_unmapped then 'Исполнителя нет в справочнике' else 'Исполнитель не назначен' end as reason,
    r.title as suggested_recipient,
    o.due_at,
    {{ local_date('o.due_at', 'm.time_zone') }} as due_on,
    coalesce(o.status = 'running_late', false) as is_overdue
from {{ ref('rpt_unowned_items') }} as u
inner join {{ ref('rpt_open_items') }} as o on u.feedback_key = o.feedback_key
inner join {{ ref('dim_municipality') }} as m on u.municipality_code = m.municipality_code
inner join {{ ref('dim_channel') }} as c on u.channel_code = c.channel_code
inner join {{ ref('dim_topic') }} as t on u.topic_code = t.topic_code
inner join {{ ref('dim_sector_block') }} as b on u.block_code = b.block_code
left join {{ ref('kinds') }} as k on u.kind = k.kind
left join {{ ref('dim_recipient') }} as r on u.suggested_recipient_code = r.recipient_code
where {{ visible_rows('u.municipality_code', 'u.block_code') }}
