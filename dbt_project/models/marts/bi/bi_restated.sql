-- Grain: change of definitions × indicator × municipality × past month whose figure it moved, in the words that people
-- read.
select
    r.restated_at,
    r.period_month,
    m.short_title as municipality,
    i.title as indicator,
    i.unit,
    r.value_before,
    r.denominator_before,
    r.value_after,
    r.denominator_after,
    r.plan_before,
    r.plan_after,
    r.cause
from {{ source('ops', 'restated') }} as r
inner join {{ ref('dim_municipality') }} as m on r.municipality_code = m.municipality_code
inner join {{ ref('dim_indicator') }} as i on r.indicator_code = i.indicator_code
where {{ visible_rows('r.municipality_code') }}
