-- Grain: item × month. Duplicates among all items received. Page: docs/indicators/duplicate_share.md
{{ config(meta={'grain': 'item'}) }}

select
    'duplicate_share' as indicator_code,
    municipality_code,
    date_trunc('month', received_on)::date as period_month,
    feedback_key,
    is_duplicate::integer as numerator,
    1 as denominator
from {{ ref('fct_feedback') }} as f
where
    received_at <= {{ as_of() }}
    and {{ from_citizen('f') }}
