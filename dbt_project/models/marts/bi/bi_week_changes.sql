-- Grain: flow × municipality × block × topic of the last two weeks, in the words that people read.
select
    g.title as flow,
    g.sort_order,
    g.direction,
    m.short_title as municipality,
    b.title as block,
    t.title as topic,
    w.this_week_count,
    w.previous_week_count
from {{ ref('rpt_week_changes') }} as w
inner join {{ ref('dim_municipality') }} as m on w.municipality_code = m.municipality_code
inner join {{ ref('dim_sector_block') }} as b on w.block_code = b.block_code
inner join {{ ref('dim_topic') }} as t on w.topic_code = t.topic_code
inner join (
    values
    ('received', 'Поступило', 1, 'none'),
    ('closed', 'Рассмотрено', 2, 'more'),
    ('overdue', 'Просрочено', 3, 'less'),
    ('repeat', 'Повторные', 4, 'less'),
    ('deferred', 'Отложено', 5, 'less')
) as g (flow, title, sort_order, direction) on w.flow = g.flow
where {{ visible_rows('w.municipality_code', 'w.block_code') }}
