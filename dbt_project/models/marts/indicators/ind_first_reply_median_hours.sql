-- Grain: municipality × month. Hours from the receipt to the first reply, which half of the messages from open sources
-- received in the month did not exceed. A message without a reply counts as longer than any other.
-- Page: docs/indicators/first_reply_median_hours.md
select
    'first_reply_median_hours' as indicator_code,
    f.municipality_code,
    date_trunc('month', f.received_on)::date as period_month,
    {{ waited_percentile(0.5, 'f.first_reply_at', 3600) }} as numerator,
    count(*) as denominator
from {{ ref('fct_feedback') }} as f
where
    f.received_at <= {{ as_of() }}
    and {{ from_citizen('f') }}
    and f.kind = 'open_source_message'
    and (f.first_reply_at is not null or {{ owes_answer('f') }})
    and {{ in_recounted_months('f.received_on') }}
group by f.municipality_code, period_month
