-- Grain: municipality × month. Final answers given by the end of the term, among all final answers given in the month.
-- Page: docs/indicators/on_time_share.md
select
    'on_time_share' as indicator_code,
    d.municipality_code,
    date_trunc('month', {{ local_date('d.done_at', 'm.time_zone') }})::date as period_month,
    count(*) filter (where d.is_met) as numerator,
    count(*) as denominator
from {{ ref('main_deadlines') }} as d
inner join {{ ref('dim_municipality') }} as m on d.municipality_code = m.municipality_code
where
    d.done_at <= {{ as_of() }}
    and {{ in_recounted_months(local_date('d.done_at', 'm.time_zone')) }}
group by d.municipality_code, period_month
