-- Indicator, municipality and month without a value, or with several.
with months as (
    select generate_series(min(period_month), max(period_month), interval '1 month')::date as period_month
    from marts_next.fct_indicator_values
    where municipality_code <> 'unknown'
),

bad as (
    select i.indicator_code || ' ' || m.municipality_code || ' ' || p.period_month as example
    from marts_next.dim_indicator as i
    cross join marts_next.dim_municipality as m
    cross join months as p
    left join marts_next.fct_indicator_values as v
        on
            v.indicator_code = i.indicator_code
            and v.municipality_code = m.municipality_code
            and v.period_month = p.period_month
    where m.municipality_code <> 'unknown'
    group by i.indicator_code, m.municipality_code, p.period_month
    having count(v.indicator_code) <> 1
)

select
    'Витрины' as subject,
    count(*) as failed_count,
    'пропусков и повторов: ' || count(*) as observed,
    (array_agg(distinct example))[:5] as examples
from bad
