-- Grain: series × the day that is not over: what has come by now, in the words that people read.
select
    v.date_on,
    m.short_title as municipality,
    case when v.block_code = 'all' then 'Все блоки' else b.title end as block,
    case when v.topic_code = 'all' then 'Все темы' else t.title end as topic,
    case when v.channel_code = 'all' then 'Все каналы' else c.title end as channel,
    v.items_count,
    v.expected_by_now,
    v.high_by_now,
    v.expected_count,
    v.is_surge
from {{ ref('rpt_volume_today') }} as v
inner join {{ ref('dim_municipality') }} as m on v.municipality_code = m.municipality_code
left join {{ ref('dim_sector_block') }} as b on v.block_code = b.block_code
left join {{ ref('dim_topic') }} as t on v.topic_code = t.topic_code
left join {{ ref('dim_channel') }} as c on v.channel_code = c.channel_code
where {{ visible_rows('v.municipality_code', 'v.block_code') }}
