-- Grain: municipality × month. Final answers given by their deadline, among all final answers given in the month.
-- Page: docs/indicators/on_time_share.md
select
    'on_time_share' as indicator_code,
    municipality_code,
    date_trunc('month', done_on)::date as period_month,
    count(*) filter (where is_met) as numerator,
    count(*) as denominator
from {{ ref('int_main_deadlines') }}
where
    done_at <= {{ as_of() }}
    and {{ in_recounted_months('done_on') }}
group by municipality_code, period_month
