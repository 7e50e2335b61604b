-- Grain: municipality × month. Marks of 4 and 5 among all marks given in ПОС in the month.
-- Page: docs/indicators/pos_high_mark_share.md
with feedback as (
    select * from {{ ref('fct_feedback') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
)

select
    'pos_high_mark_share' as indicator_code,
    f.municipality_code,
    date_trunc('month', {{ local_date('f.marked_at', 'm.time_zone') }})::date as period_month,
    count(*) filter (where f.mark >= 4) as numerator,
    count(*) as denominator
from feedback as f
inner join municipalities as m on f.municipality_code = m.municipality_code
where
    f.marked_at <= {{ as_of() }}
    and {{ from_citizen('f') }}
    and f.channel_code = 'pos'
    and f.mark is not null
    and {{ in_recounted_months(local_date('f.marked_at', 'm.time_zone')) }}
group by f.municipality_code, period_month
