-- Grain: municipality × month. Days from the receipt to the answer that stands, of the answers given in ПОС in the
-- month.
-- Page: docs/indicators/pos_answer_days.md
with feedback as (
    select * from {{ ref('fct_feedback') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
)

select
    'pos_answer_days' as indicator_code,
    f.municipality_code,
    date_trunc('month', {{ local_date('f.final_reply_at', 'm.time_zone') }})::date as period_month,
    sum(extract(epoch from f.final_reply_at - f.received_at) / 86400) as numerator,
    count(*) as denominator
from feedback as f
inner join municipalities as m on f.municipality_code = m.municipality_code
where
    f.final_reply_at <= {{ as_of() }}
    and {{ from_citizen('f') }}
    and f.channel_code = 'pos'
    and {{ in_recounted_months(local_date('f.final_reply_at', 'm.time_zone')) }}
group by f.municipality_code, period_month
