-- Grain: figure of the regional centre × municipality × month, beside our own value.
select
    c.period_month,
    m.short_title as municipality,
    i.title as indicator,
    i.unit,
    i.sort_order,
    c.external_title,
    c.external_value,
    c.our_value,
    c.our_denominator,
    c.difference
from {{ ref('rpt_external_comparison') }} as c
inner join {{ ref('dim_municipality') }} as m on c.municipality_code = m.municipality_code
inner join {{ ref('dim_indicator') }} as i on c.indicator_code = i.indicator_code
where {{ visible_rows('c.municipality_code') }}
