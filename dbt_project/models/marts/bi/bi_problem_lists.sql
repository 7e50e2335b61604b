-- Grain: one problem of the regional centre's list or one problem area of ours, or both, in the words that people read.
select
    l.record_ref,
    l.area_key,
    m.short_title as municipality,
    t.title as topic,
    coalesce(nullif(l.place, ''), 'Место не указано') as place,
    s.title as side,
    l.title,
    l.opened_on,
    l.closed_on,
    l.is_open,
    l.messages_count,
    l.our_items_count,
    l.our_people_count,
    l.measures_count
from {{ ref('rpt_problem_lists') }} as l
inner join {{ ref('dim_municipality') }} as m on l.municipality_code = m.municipality_code
inner join {{ ref('dim_topic') }} as t on l.topic_code = t.topic_code
inner join (
    values
    ('both', 'Есть в обоих перечнях'),
    ('theirs', 'Только в перечне ЦУР, обращений к нам нет'),
    ('theirs_with_items', 'Только в перечне ЦУР, обращения у нас есть'),
    ('ours', 'Только у нас')
) as s (side, title) on l.side = s.side
where {{ visible_rows('l.municipality_code') }}
