-- Grain: full local day × series with enough history, in the words that people read. Level by level: a level that is
-- not asked for is not read, and the index finds the few rows of a whole municipality.
{%- set levels = {
    'municipality': 'Муниципалитет', 'block': 'Отраслевой блок', 'topic': 'Тема', 'channel': 'Тема и канал'
} %}
{%- for level, title in levels.items() %}
{{ 'union all' if not loop.first }}
select
    v.date_on,
    m.short_title as municipality,
    '{{ title }}' as level,
    case when v.block_code = 'all' then 'Все блоки' else b.title end as block,
    case when v.topic_code = 'all' then 'Все темы' else t.title end as topic,
    case when v.channel_code = 'all' then 'Все каналы' else c.title end as channel,
    k.title as day_kind,
    v.items_count,
    v.expected_count,
    v.low_count,
    v.high_count,
    v.items_count - v.expected_count as deviation,
    v.week_count,
    v.week_expected,
    v.week_low_count,
    v.week_high_count,
    v.week_count - v.week_expected as week_deviation,
    s.title as state
from {{ ref('fct_expected_volumes') }} as v
inner join {{ ref('dim_municipality') }} as m on v.municipality_code = m.municipality_code
left join {{ ref('dim_sector_block') }} as b on v.block_code = b.block_code
left join {{ ref('dim_topic') }} as t on v.topic_code = t.topic_code
left join {{ ref('dim_channel') }} as c on v.channel_code = c.channel_code
inner join (
    values ('usual', 'Обычно'), ('surge', 'Всплеск'), ('drop', 'Спад')
) as s (state, title) on v.state = s.state
inner join (
    values
    ('weekday_1', 'Понедельник'),
    ('weekday_2', 'Вторник'),
    ('weekday_3', 'Среда'),
    ('weekday_4', 'Четверг'),
    ('weekday_5', 'Пятница'),
    ('weekday_6', 'Суббота'),
    ('weekday_7', 'Воскресенье'),
    ('holiday', 'Праздничный или перенесённый выходной день'),
    ('before_holiday', 'Рабочий день перед праздником'),
    ('after_holiday', 'Рабочий день после праздника'),
    ('working_saturday', 'Рабочая суббота')
) as k (day_kind, title) on v.day_kind = k.day_kind
where
    v.level = '{{ level }}'
    and {{ visible_rows('v.municipality_code', 'v.block_code') }}
{%- endfor %}
