-- Grain: municipality × month. Items received for the first time (repeats are not new), of all received.
-- Page: docs/indicators/new_count.md
select
    'new_count' as indicator_code,
    municipality_code,
    date_trunc('month', received_on)::date as period_month,
    count(*) filter (where not is_repeat) as numerator,
    count(*) as denominator
from {{ ref('fct_feedback') }}
where
    received_at <= {{ as_of() }}
    and {{ in_recounted_months('received_on') }}
group by municipality_code, period_month
