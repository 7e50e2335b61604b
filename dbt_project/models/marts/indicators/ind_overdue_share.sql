-- Grain: item × month. Items that broke a promise (a first reply or a final answer) due in the month, among
-- those with one due in it. An item counts once a month. Page: docs/indicators/overdue_share.md
{{ config(meta={'grain': 'item'}) }}

select
    'overdue_share' as indicator_code,
    municipality_code,
    date_trunc('month', due_on)::date as period_month,
    feedback_key,
    bool_or(is_missed)::integer as numerator,
    1 as denominator
from {{ ref('int_answer_deadlines') }}
where
    due_at < {{ as_of() }}
    and (is_met or is_missed)
group by municipality_code, period_month, feedback_key
