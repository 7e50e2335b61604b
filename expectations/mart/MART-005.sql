-- Values of a share whose numerator is greater than its denominator.
with bad as (
    select v.indicator_code || ' ' || v.municipality_code || ' ' || v.period_month as example
    from marts_next.fct_indicator_values as v
    inner join marts_next.dim_indicator as i using (indicator_code)
    where i.aggregation = 'share' and v.numerator > v.denominator
)

select
    'Витрины' as subject,
    count(*) as failed_count,
    'значений с нарушением: ' || count(*) as observed,
    (array_agg(distinct example))[:5] as examples
from bad
