-- Grain: item × month. Items whose solution was deferred, among those on which the month brought a decision:
-- a deferral or a final answer. Page: docs/indicators/deferred_share.md
{{ config(meta={'grain': 'item'}) }}

with events as (
    select * from {{ ref('fct_feedback_events') }}
),

feedback as (
    select * from {{ ref('fct_feedback') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
),

decisions as (
    select
        e.feedback_key,
        f.municipality_code,
        date_trunc('month', {{ local_date('e.occurred_at', 'm.time_zone') }})::date as period_month,
        bool_or(e.event_code = 'deferred') as is_deferred
    from events as e
    inner join feedback as f on e.feedback_key = f.feedback_key
    inner join municipalities as m on f.municipality_code = m.municipality_code
    where
        (e.event_code = 'deferred' or (e.event_code = 'final_reply' and f.status_code != 'left_without_answer'))
        and {{ from_citizen('f') }}
        and e.occurred_at <= {{ as_of() }}
    group by 1, 2, 3
)

select
    'deferred_share' as indicator_code,
    municipality_code,
    period_month,
    feedback_key,
    is_deferred::integer as numerator,
    1 as denominator
from decisions
