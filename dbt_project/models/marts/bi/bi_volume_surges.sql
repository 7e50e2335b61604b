-- Grain: one surge or drop of the volume, named once by the series that explains it, in the words that people read.
with surges as (
    select * from {{ ref('rpt_volume_surges') }}
),

contributions as (
    select * from {{ ref('rpt_volume_contributions') }}
),

topics as (
    select * from {{ ref('dim_topic') }}
),

channels as (
    select * from {{ ref('dim_channel') }}
),

-- the three largest contributions of a dimension in the direction of the deviation
parts as (
    select
        c.surge_key,
        c.dimension,
        case c.dimension
            when 'topic' then t.title
            when 'channel' then n.title
            when 'place' then coalesce(nullif(c.value, ''), 'место не указано')
            when 'again' then case c.value when 'again' then 'повторные' else 'новые' end
        end as title,
        c.contribution,
        row_number() over (
            partition by c.surge_key, c.dimension order by abs(c.contribution) desc, c.value
        ) as place_no
    from contributions as c
    left join topics as t on c.dimension = 'topic' and c.value = t.topic_code
    left join channels as n on c.dimension = 'channel' and c.value = n.channel_code
),

listed as (
    select
        surge_key,
        dimension,
        string_agg(
            title || ' (' || to_char(contribution, 'FMSG999990') || ')', ', ' order by place_no
        ) filter (where place_no <= 3 and abs(contribution) >= 0.5) as parts
    from parts
    group by surge_key, dimension
)

select
    s.surge_key,
    m.short_title as municipality,
    case when s.state = 'surge' then 'Всплеск' else 'Спад' end as kind,
    case when s.block_code = 'all' then 'Все блоки' else b.title end as block,
    case when s.topic_code = 'all' then 'Все темы' else t.title end as topic,
    case when s.channel_code = 'all' then 'Все каналы' else c.title end as channel,
    s.started_on,
    s.last_on,
    s.is_running,
    s.items_count,
    round(s.expected_count, 1) as expected_count,
    round(s.deviation, 1) as deviation,
    tp.parts as topics,
    pp.parts as places,
    cp.parts as channels,
    ap.parts as again,
    'С ' || to_char(s.started_on, 'DD.MM.YYYY') || ' по ' || to_char(s.last_on, 'DD.MM.YYYY') || ' поступило '
    || s.items_count || ' при ожидаемых ' || replace(round(s.expected_count, 1)::text, '.', ',')
    || coalesce('; по местам: ' || pp.parts, '') || coalesce('; по темам: ' || tp.parts, '')
    || coalesce('; по каналам: ' || cp.parts, '') || '.' as sentence
from surges as s
inner join {{ ref('dim_municipality') }} as m on s.municipality_code = m.municipality_code
left join {{ ref('dim_sector_block') }} as b on s.block_code = b.block_code
left join topics as t on s.topic_code = t.topic_code
left join channels as c on s.channel_code = c.channel_code
left join listed as tp on s.surge_key = tp.surge_key and tp.dimension = 'topic'
left join listed as pp on s.surge_key = pp.surge_key and pp.dimension = 'place'
left join listed as cp on s.surge_key = cp.surge_key and cp.dimension = 'channel'
left join listed as ap on s.surge_key = ap.surge_key and ap.dimension = 'again'
where
    s.is_cause
    and {{ visible_rows('s.municipality_code', 's.block_code') }}
