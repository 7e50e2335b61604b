-- Grain: municipality × month. Repeats among all items received. Page: docs/indicators/repeat_share.md
select
    'repeat_share' as indicator_code,
    municipality_code,
    date_trunc('month', received_on)::date as period_month,
    count(*) filter (where is_repeat) as numerator,
    count(*) as denominator
from {{ ref('fct_feedback') }}
where
    received_at <= {{ as_of() }}
    and {{ in_recounted_months('received_on') }}
group by municipality_code, period_month
