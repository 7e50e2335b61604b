-- Grain: municipality × month. Appeals registered by their deadline, among all deadlines of the stage that fell in the
-- month. Page: docs/indicators/registration_on_time_share.md
with deadlines as (
    select * from {{ ref('fct_deadlines') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
)

select
    'registration_on_time_share' as indicator_code,
    d.municipality_code,
    date_trunc('month', {{ local_date('d.due_at', 'm.time_zone') }})::date as period_month,
    count(*) filter (where d.done_at <= d.due_at) as numerator,
    count(*) as denominator
from deadlines as d
inner join municipalities as m on d.municipality_code = m.municipality_code
where
    d.stage = 'registration'
    and d.due_at < {{ as_of() }}
    and (d.cancelled_at is null or d.cancelled_at > d.due_at or d.done_at is not null)
    and {{ in_recounted_months(local_date('d.due_at', 'm.time_zone')) }}
group by d.municipality_code, period_month
