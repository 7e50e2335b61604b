-- Grain: municipality × month. Recipients that answered at least one message from open sources received in the month,
-- among the recipients that the month brought any item.
-- Page: docs/indicators/social_bodies_share.md
with recipients as (
    select
        municipality_code,
        date_trunc('month', received_on)::date as period_month,
        recipient_code,
        bool_or(kind = 'open_source_message' and coalesce(first_reply_at <= {{ as_of() }}, false)) as is_answering
    from {{ ref('fct_feedback') }} as f
    where
        received_at <= {{ as_of() }}
        and {{ from_citizen('f') }}
        and recipient_code not in ('none', 'unknown')
        and {{ in_recounted_months('received_on') }}
    group by municipality_code, period_month, recipient_code
)

select
    'social_bodies_share' as indicator_code,
    municipality_code,
    period_month,
    count(*) filter (where is_answering) as numerator,
    count(*) as denominator
from recipients
group by municipality_code, period_month
