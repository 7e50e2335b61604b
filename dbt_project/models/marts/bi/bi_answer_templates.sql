-- Grain: template of answers in force × municipality, used there or not.
select
    m.short_title as municipality,
    t.title as template,
    coalesce(g.group_title, 'любая') as theme,
    t.text,
    t.legal_basis,
    coalesce(u.uses_count, 0) as uses_count,
    coalesce(u.recent_count, 0) as recent_count,
    coalesce(u.marks_count, 0) as marks_count,
    u.good_count::numeric / nullif(u.marks_count, 0) as good_share
from {{ ref('dim_as_of') }} as a
cross join {{ ref('dim_municipality') }} as m
inner join {{ ref('answer_templates') }} as t on {{ in_force('t', local_date('a.as_of', 'm.time_zone')) }}
left join {{ ref('rpt_template_uses') }} as u
    on t.template_code = u.template_code and m.municipality_code = u.municipality_code
left join lateral (
    select min(d.group_title) as group_title
    from {{ ref('topics') }} as d
    where d.theme_code = t.theme_code
) as g on true
where
    m.municipality_code != 'unknown'
    and {{ visible_rows('m.municipality_code') }}
