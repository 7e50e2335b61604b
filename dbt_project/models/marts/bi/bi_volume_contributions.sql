-- Grain: one surge or drop × dimension × value: what it added, in the words that people read.
select
    c.surge_key,
    m.short_title as municipality,
    s.started_on,
    s.last_on,
    d.title as dimension,
    case c.dimension
        when 'topic' then t.title
        when 'channel' then n.title
        when 'place' then coalesce(nullif(c.value, ''), 'Место не указано')
        when 'again' then case c.value when 'again' then 'Повторные и дубликаты' else 'Новые' end
    end as value,
    c.items_count,
    round(c.expected_count, 2) as expected_count,
    round(c.contribution, 2) as contribution
from {{ ref('rpt_volume_contributions') }} as c
inner join {{ ref('rpt_volume_surges') }} as s on c.surge_key = s.surge_key
inner join {{ ref('dim_municipality') }} as m on s.municipality_code = m.municipality_code
inner join (
    values ('topic', 'Тема'), ('place', 'Место'), ('channel', 'Канал'), ('again', 'Новые и повторные')
) as d (dimension, title) on c.dimension = d.dimension
left join {{ ref('dim_topic') }} as t on c.dimension = 'topic' and c.value = t.topic_code
left join {{ ref('dim_channel') }} as n on c.dimension = 'channel' and c.value = n.channel_code
where {{ visible_rows('s.municipality_code', 's.block_code') }}
