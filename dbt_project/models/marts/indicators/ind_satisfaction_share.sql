-- Grain: item × month. Marks of 4 and 5 among all marks that citizens gave in the month.
-- Page: docs/indicators/satisfaction_share.md
{{ config(meta={'grain': 'item'}) }}

with feedback as (
    select * from {{ ref('fct_feedback') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
)

select
    'satisfaction_share' as indicator_code,
    f.municipality_code,
    date_trunc('month', {{ local_date('f.marked_at', 'm.time_zone') }})::date as period_month,
    f.feedback_key,
    (f.mark >= 4)::integer as numerator,
    1 as denominator
from feedback as f
inner join municipalities as m on f.municipality_code = m.municipality_code
where
    f.mark is not null
    and {{ from_citizen('f') }}
    and f.marked_at <= {{ as_of() }}
