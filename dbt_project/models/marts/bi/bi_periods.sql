-- Grain: month of which there are figures, as the filter «Период» names it. Whoever may see any row chooses among them:
-- without a choice no page would open.
select
    v.period_month,
    (array[
        'январь', 'февраль', 'март', 'апрель', 'май', 'июнь', 'июль', 'август', 'сентябрь', 'октябрь', 'ноябрь',
        'декабрь'
    ])[extract(month from v.period_month)::integer] || ' ' || to_char(v.period_month, 'YYYY') as period
from (select distinct period_month from {{ ref('fct_indicator_values') }}) as v
where {{ visible_to('anyone') }}
