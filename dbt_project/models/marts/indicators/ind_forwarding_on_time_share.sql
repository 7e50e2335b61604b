-- Grain: municipality × month. Appeals passed on to the competent body by their deadline, among all deadlines of the
-- stage that fell in the month.
-- Page: docs/indicators/forwarding_on_time_share.md
with deadlines as (
    select * from {{ ref('fct_deadlines') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
)

select
    'forwarding_on_time_share' as indicator_code,
    d.municipality_code,
    date_trunc('month', {{ local_date('d.due_at', 'm.time_zone') }})::date as period_month,
    count(*) filter (where d.is_met) as numerator,
    count(*) as denominator
from deadlines as d
inner join municipalities as m on d.municipality_code = m.municipality_code
where
    d.stage = 'forwarding'
    and d.due_at < {{ as_of() }}
    and (d.is_met or d.is_missed)
    and {{ in_recounted_months(local_date('d.due_at', 'm.time_zone')) }}
group by d.municipality_code, period_month
