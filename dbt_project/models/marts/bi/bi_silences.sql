-- Grain: one silence of a source in a municipality, or of one topic of it, in the words that people read.
select
    n.title as source,
    m.short_title as municipality,
    case when s.topic_code = 'all' then 'Все темы' else t.title end as topic,
    s.last_on,
    s.next_on,
    s.silent_days,
    s.expected_count,
    s.is_running,
    'Последнее поступление ' || to_char(s.last_on, 'DD.MM.YYYY') || ', молчит дней: ' || s.silent_days
    || '; за это время обычно поступает ' || replace(s.expected_count::text, '.', ',') || '.' as sentence
from {{ ref('rpt_silences') }} as s
inner join {{ ref('dim_municipality') }} as m on s.municipality_code = m.municipality_code
left join {{ ref('dim_source') }} as n on s.source_slug = n.source_slug
left join {{ ref('dim_topic') }} as t on s.topic_code = t.topic_code
where
    s.is_cause
    and {{ visible_rows('s.municipality_code') }}
