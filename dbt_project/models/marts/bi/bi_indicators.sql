-- Grain: indicator × municipality × month, in the words that people read.
select
    v.period_month,
    m.short_title as municipality,
    v.indicator_code,
    i.title as indicator,
    i.unit,
    i.aggregation,
    v.numerator,
    v.denominator,
    v.value,
    v.plan_value,
    v.plan_set_by,
    v.achievement,
    lag(v.numerator) over months as previous_numerator,
    lag(v.denominator) over months as previous_denominator,
    i.direction,
    i.sort_order
from {{ ref('fct_indicator_values') }} as v
inner join {{ ref('dim_municipality') }} as m on v.municipality_code = m.municipality_code
inner join {{ ref('dim_indicator') }} as i on v.indicator_code = i.indicator_code
where {{ visible_rows('v.municipality_code') }}
window months as (partition by v.indicator_code, v.municipality_code order by v.period_month)
