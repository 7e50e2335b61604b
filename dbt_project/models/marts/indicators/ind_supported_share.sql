-- Grain: municipality × month. Questions that were supported, among the questions answered on their substance of the
-- appeals answered in the month.
-- Page: docs/indicators/supported_share.md
with questions as (
    select * from {{ ref('fct_questions') }}
),

feedback as (
    select * from {{ ref('fct_feedback') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
)

select
    'supported_share' as indicator_code,
    f.municipality_code,
    date_trunc('month', {{ local_date('f.final_reply_at', 'm.time_zone') }})::date as period_month,
    count(*) filter (where q.result_code = 'Supported') as numerator,
    count(*) as denominator
from questions as q
inner join feedback as f on q.feedback_key = f.feedback_key
inner join municipalities as m on f.municipality_code = m.municipality_code
where
    q.result_code in ('Supported', 'NotSupported', 'Explained', 'Answered')
    and f.kind = 'appeal'
    and f.final_reply_at <= {{ as_of() }}
    and {{ in_recounted_months(local_date('f.final_reply_at', 'm.time_zone')) }}
group by f.municipality_code, period_month
