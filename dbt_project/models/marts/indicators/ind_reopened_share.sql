-- Grain: municipality × month. Items whose answer of the month came back (reopened, or rejected by the author), among
-- all items answered in the month.
-- Page: docs/indicators/reopened_share.md
with events as (
    select * from {{ ref('fct_feedback_events') }}
),

feedback as (
    select * from {{ ref('fct_feedback') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
),

returns as (
    select
        feedback_key,
        max(occurred_at) as returned_at
    from events
    where
        event_code in ('reopened', 'rejected_by_author')
        and occurred_at <= {{ as_of() }}
    group by feedback_key
),

answers as (
    select
        e.feedback_key,
        f.municipality_code,
        date_trunc('month', {{ local_date('e.occurred_at', 'm.time_zone') }})::date as period_month,
        -- of one instant the answer is first, as in int_events: sources that give days only name no hour
        bool_or(coalesce(r.returned_at >= e.occurred_at, false)) as is_returned
    from events as e
    inner join feedback as f on e.feedback_key = f.feedback_key
    inner join municipalities as m on f.municipality_code = m.municipality_code
    left join returns as r on e.feedback_key = r.feedback_key
    where
        e.event_code = 'final_reply'
        and f.status_code != 'left_without_answer'
        and {{ from_citizen('f') }}
        and e.occurred_at <= {{ as_of() }}
        and {{ in_recounted_months(local_date('e.occurred_at', 'm.time_zone')) }}
    group by e.feedback_key, f.municipality_code, period_month
)

select
    'reopened_share' as indicator_code,
    municipality_code,
    period_month,
    count(*) filter (where is_returned) as numerator,
    count(*) as denominator
from answers
group by municipality_code, period_month
