-- Grain: one обращение or сообщение, in the words that people read.
select
    f.feedback_key,
    f.source_slug,
    f.record_ref,
    m.short_title as municipality,
    b.title as block,
    t.title as topic,
    case f.topic_source
        when 'source' then 'Источник'
        when 'person' then 'Сотрудник'
        when 'model' then 'Подсказка: модель'
        when 'words' then 'Подсказка: слова'
        else 'Не определена'
    end as topic_source,
    t.group_title as topic_group,
    r.title as recipient,
    c.title as channel,
    k.title as kind,
    coalesce(s.title, 'Не сопоставлено') as status,
    f.is_open,
    f.is_repeat,
    f.is_duplicate,
    f.is_deferred,
    d.feedback_key is not null as is_overdue,
    f.received_at,
    f.received_on,
    date_trunc('month', f.received_on)::date as received_month,
    f.closed_at,
    round((extract(epoch from f.final_reply_at - f.received_at) / 86400)::numeric, 2) as final_days,
    round((extract(epoch from f.first_reply_at - f.received_at) / 3600)::numeric, 2) as first_reply_hours,
    f.mark,
    f.place,
    f.latitude,
    f.longitude
from {{ ref('fct_feedback') }} as f
inner join {{ ref('dim_municipality') }} as m on f.municipality_code = m.municipality_code
inner join {{ ref('dim_sector_block') }} as b on f.block_code = b.block_code
inner join {{ ref('dim_topic') }} as t on f.topic_code = t.topic_code
inner join {{ ref('dim_recipient_name') }} as r
    on f.recipient_code = r.recipient_code and {{ in_force('r', 'f.received_on') }}
inner join {{ ref('dim_channel') }} as c on f.channel_code = c.channel_code
left join {{ ref('kinds') }} as k on f.kind = k.kind
left join {{ ref('statuses') }} as s on f.status_code = s.status_code
left join (
    select distinct feedback_key
    from {{ ref('rpt_deadline_status') }}
    where is_overdue and answer is not null
) as d on f.feedback_key = d.feedback_key
where {{ visible_rows('f.municipality_code', 'f.block_code', 'f.recipient_code') }}
