-- Grain: package of indicators × revision. A revision above the first restates what was sent before.
select
    to_date(p.period, 'YYYY-MM') as period_month,
    m.short_title as municipality,
    p.revision,
    p.made_at,
    p.as_of,
    case
        when p.revision = 1 then 'Первое направление'
        when p.difference is null then 'Повторно, без изменений'
        else 'Уточнение'
    end as state
from {{ source('ops', 'publications') }} as p
inner join {{ ref('dim_municipality') }} as m on p.municipality_code = m.municipality_code
where
    p.kind = 'indicators'
    and {{ visible_rows('p.municipality_code') }}
