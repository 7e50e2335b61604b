-- Grain: template of answers × municipality; a template that nobody has used has one row for «все».
select
    coalesce(m.short_title, 'все') as municipality,
    t.title as template,
    coalesce(g.group_title, 'любая') as theme,
    t.text,
    t.legal_basis,
    coalesce(u.uses_count, 0) as uses_count,
    coalesce(u.recent_count, 0) as recent_count,
    coalesce(u.marks_count, 0) as marks_count,
    u.good_count::numeric / nullif(u.marks_count, 0) as good_share
from (
    select distinct on (template_code) *
    from {{ ref('answer_templates') }}
    order by template_code, valid_from desc
) as t
left join {{ ref('rpt_template_uses') }} as u on t.template_code = u.template_code
left join {{ ref('dim_municipality') }} as m on u.municipality_code = m.municipality_code
left join lateral (
    select min(d.group_title) as group_title
    from {{ ref('topics') }} as d
    where d.theme_code = t.theme_code
) as g on true
-- the text of a template is no figure of anybody
where
    {{ visible_rows('u.municipality_code') }}
    or (u.municipality_code is null and {{ visible_to('managers') }})
