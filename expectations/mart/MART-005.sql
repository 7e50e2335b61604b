-- Values of a share whose numerator is greater than its denominator.
with bad as (
    select indicator_code || ' ' || municipality_code || ' ' || period_month as example
    from marts.fct_indicator_values
    where indicator_code like '%\_share' and numerator > denominator
)

select
    'Витрины' as subject,
    count(*) as failed_count,
    'значений с нарушением: ' || count(*) as observed,
    (array_agg(distinct example))[:5] as examples
from bad
