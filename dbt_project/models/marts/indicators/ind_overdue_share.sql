-- Grain: municipality × month. Items not answered by their deadline, among those whose deadline fell in the month.
-- Page: docs/indicators/overdue_share.md
select
    'overdue_share' as indicator_code,
    municipality_code,
    date_trunc('month', due_on)::date as period_month,
    count(*) filter (where is_missed) as numerator,
    count(*) as denominator
from {{ ref('int_main_deadlines') }}
where
    due_at < {{ as_of() }}
    and (is_met or is_missed)
    and {{ in_recounted_months('due_on') }}
group by municipality_code, period_month
