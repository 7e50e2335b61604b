-- Grain: item × month. Final answers given by their deadline, among all final answers given in the month and
-- all items closed in it without one. Page: docs/indicators/on_time_share.md
{{ config(meta={'grain': 'item'}) }}

with promises as (
    select
        municipality_code,
        feedback_key,
        is_met,
        coalesce(done_at, cancelled_at) as ended_at,
        coalesce(done_on, cancelled_on) as ended_on
    from {{ ref('int_answer_deadlines') }}
    where
        answer = 'final'
        and (done_at is not null or ending = 'closed_without_answer')
)

select
    'on_time_share' as indicator_code,
    municipality_code,
    date_trunc('month', ended_on)::date as period_month,
    feedback_key,
    coalesce(is_met, false)::integer as numerator,
    1 as denominator
from promises
where ended_at <= {{ as_of() }}
