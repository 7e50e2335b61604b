-- Grain: item × month. Repeats among all items received. Page: docs/indicators/repeat_share.md
{{ config(meta={'grain': 'item'}) }}

select
    'repeat_share' as indicator_code,
    municipality_code,
    date_trunc('month', received_on)::date as period_month,
    feedback_key,
    is_repeat::integer as numerator,
    1 as denominator
from {{ ref('fct_feedback') }} as f
where
    received_at <= {{ as_of() }}
    and {{ from_citizen('f') }}
