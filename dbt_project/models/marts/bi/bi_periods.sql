-- Grain: month of which there are figures, as the filter «Период» names it. Whoever may see any row chooses among them:
-- without a choice no page would open.
select
    v.period_month,
    {{ period_ru('v.period_month') }} as period
from (select distinct period_month from {{ ref('fct_indicator_values') }}) as v
where {{ visible_to('anyone') }}
