-- Grain: municipality × month. Answers of the month that the citizen marked, among all answers of the month.
-- Page: docs/indicators/mark_response_share.md
with feedback as (
    select * from {{ ref('fct_feedback') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
)

select
    'mark_response_share' as indicator_code,
    f.municipality_code,
    date_trunc('month', {{ local_date('f.final_reply_at', 'm.time_zone') }})::date as period_month,
    count(*) filter (where f.mark is not null) as numerator,
    count(*) as denominator
from feedback as f
inner join municipalities as m on f.municipality_code = m.municipality_code
where
    f.final_reply_at <= {{ as_of() }}
    and {{ from_citizen('f') }}
    and {{ in_recounted_months(local_date('f.final_reply_at', 'm.time_zone')) }}
group by f.municipality_code, period_month
