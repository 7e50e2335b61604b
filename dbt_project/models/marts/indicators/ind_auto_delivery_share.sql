-- Grain: municipality × month. Items that came by a system which takes them to the executor itself
-- (automatic_channels), among all items received.
-- Page: docs/indicators/auto_delivery_share.md
with feedback as (
    select * from {{ ref('fct_feedback') }}
),

automatic_channels as (
    select * from {{ ref('automatic_channels') }}
)

select
    'auto_delivery_share' as indicator_code,
    f.municipality_code,
    date_trunc('month', f.received_on)::date as period_month,
    count(*) filter (where a.channel_code is not null) as numerator,
    count(*) as denominator
from feedback as f
left join automatic_channels as a on f.channel_code = a.channel_code and {{ in_force('a', 'f.received_on') }}
where
    f.received_at <= {{ as_of() }}
    and {{ from_citizen('f') }}
    and {{ in_recounted_months('f.received_on') }}
group by f.municipality_code, period_month
