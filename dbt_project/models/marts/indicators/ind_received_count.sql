-- Grain: municipality × month. All items received.
-- Page: docs/indicators/received_count.md
select
    'received_count' as indicator_code,
    f.municipality_code,
    date_trunc('month', f.received_on)::date as period_month,
    count(*) as numerator,
    count(*) as denominator
from {{ ref('fct_feedback') }} as f
where
    f.received_at <= {{ as_of() }}
    and {{ from_citizen('f') }}
    and {{ in_recounted_months('f.received_on') }}
group by f.municipality_code, period_month
