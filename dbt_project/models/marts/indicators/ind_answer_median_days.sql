-- Grain: municipality × month. Days from the receipt to the answer that stands, which half of the items received in the
-- month did not exceed. An item without an answer counts as longer than any other.
-- Page: docs/indicators/answer_median_days.md
select
    'answer_median_days' as indicator_code,
    f.municipality_code,
    date_trunc('month', f.received_on)::date as period_month,
    {{ waited_percentile(0.5, 'f.final_reply_at', 86400) }} as numerator,
    count(*) as denominator
from {{ ref('fct_feedback') }} as f
where
    f.received_at <= {{ as_of() }}
    and {{ from_citizen('f') }}
    and {{ owes_answer('f') }}
    and {{ in_recounted_months('f.received_on') }}
group by f.municipality_code, period_month
