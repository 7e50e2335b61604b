-- Grain: municipality × month. Items not answered by the end of their term, among those whose term ended in the month.
-- Page: docs/indicators/overdue_share.md
select
    'overdue_share' as indicator_code,
    municipality_code,
    date_trunc('month', due_on)::date as period_month,
    count(*) filter (where not is_met) as numerator,
    count(*) as denominator
from {{ ref('main_deadlines') }}
where
    due_at < {{ as_of() }}
    and not is_cancelled
    and {{ in_recounted_months('due_on') }}
group by municipality_code, period_month
