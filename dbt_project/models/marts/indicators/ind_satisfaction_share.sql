-- Grain: municipality × month. Marks of 4 and 5 among all marks that citizens gave in the month.
-- Page: docs/indicators/satisfaction_share.md
with feedback as (
    select * from {{ ref('fct_feedback') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
)

select
    'satisfaction_share' as indicator_code,
    f.municipality_code,
    date_trunc('month', {{ local_date('f.marked_at', 'm.time_zone') }})::date as period_month,
    count(*) filter (where f.mark >= 4) as numerator,
    count(*) as denominator
from feedback as f
inner join municipalities as m on f.municipality_code = m.municipality_code
where
    f.mark is not null
    and f.marked_at <= {{ as_of() }}
    and {{ in_recounted_months(local_date('f.marked_at', 'm.time_zone')) }}
group by f.municipality_code, period_month
