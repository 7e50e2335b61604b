-- Grain: item × month. Appeals registered by their deadline, among all deadlines of the stage that fell in the
-- month. Page: docs/indicators/registration_on_time_share.md
{{ config(meta={'grain': 'item'}) }}

with deadlines as (
    select * from {{ ref('fct_deadlines') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
)

select
    'registration_on_time_share' as indicator_code,
    d.municipality_code,
    date_trunc('month', {{ local_date('d.due_at', 'm.time_zone') }})::date as period_month,
    d.feedback_key,
    d.is_met::integer as numerator,
    1 as denominator
from deadlines as d
inner join municipalities as m on d.municipality_code = m.municipality_code
where
    d.stage = 'registration'
    and d.due_at < {{ as_of() }}
    and (d.is_met or d.is_missed)
