-- Grain: item × stage that falls due soon, in the words that people read.
select
    k.feedback_key,
    f.record_ref,
    m.short_title as municipality,
    b.title as block,
    r.title as recipient,
    c.title as channel,
    t.title as topic,
    g.title as stage,
    k.due_at,
    {{ local_date('k.due_at', 'm.time_zone') }} as due_on,
    round(k.left_working_seconds / 3600.0, 1) as left_working_hours,
    k.peers_count,
    l.title as peers_level,
    k.expected_miss_share,
    v.title as risk,
    k.explanation
from {{ ref('rpt_deadline_risk') }} as k
inner join {{ ref('fct_feedback') }} as f on k.feedback_key = f.feedback_key
inner join {{ ref('dim_municipality') }} as m on k.municipality_code = m.municipality_code
inner join {{ ref('dim_sector_block') }} as b on k.block_code = b.block_code
inner join {{ ref('dim_recipient_name') }} as r
    on k.recipient_code = r.recipient_code and {{ in_force('r', 'f.received_on') }}
inner join {{ ref('dim_channel') }} as c on f.channel_code = c.channel_code
inner join {{ ref('dim_topic') }} as t on k.topic_code = t.topic_code
inner join {{ ref('stages') }} as g on k.stage = g.stage
inner join (
    values
    ('recipient_topic', 'Исполнитель и тема'),
    ('recipient', 'Исполнитель'),
    ('block', 'Отраслевой блок'),
    ('stage', 'Этап в целом')
) as l (level, title) on k.peers_level = l.level
inner join (
    values ('high', 'Высокий'), ('medium', 'Средний'), ('low', 'Низкий'), ('unknown', 'Нет данных')
) as v (risk, title) on k.risk = v.risk
where {{ visible_rows('k.municipality_code', 'k.block_code', 'k.recipient_code') }}
