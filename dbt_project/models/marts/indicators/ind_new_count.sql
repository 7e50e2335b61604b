-- Grain: item × month. Items received for the first time (neither repeats nor duplicates), of all
-- received.
-- Page: docs/indicators/new_count.md
{{ config(meta={'grain': 'item'}) }}

select
    'new_count' as indicator_code,
    municipality_code,
    date_trunc('month', received_on)::date as period_month,
    feedback_key,
    (not is_repeat and not is_duplicate)::integer as numerator,
    1 as denominator
from {{ ref('fct_feedback') }} as f
where
    received_at <= {{ as_of() }}
    and {{ from_citizen('f') }}
