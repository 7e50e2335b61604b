-- Grain: municipality × month. Appeals whose deadline was extended, among the appeals whose deadline fell in the month.
-- Page: docs/indicators/extended_share.md
with deadlines as (
    select * from {{ ref('fct_deadlines') }}
),

feedback as (
    select * from {{ ref('fct_feedback') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
)

select
    'extended_share' as indicator_code,
    d.municipality_code,
    date_trunc('month', {{ local_date('d.due_at', 'm.time_zone') }})::date as period_month,
    count(*) filter (where d.is_extended) as numerator,
    count(*) as denominator
from deadlines as d
inner join feedback as f on d.feedback_key = f.feedback_key
inner join municipalities as m on d.municipality_code = m.municipality_code
where
    d.stage = 'final'
    and f.kind = 'appeal'
    and d.due_at < {{ as_of() }}
    and (d.is_met or d.is_missed)
    and {{ in_recounted_months(local_date('d.due_at', 'm.time_zone')) }}
group by d.municipality_code, period_month
