-- The rows of one schedule are one schedule: one zone, one region, one shortening, one calendar. Otherwise
-- nobody could say where its axis lies.
{{ config(store_failures=true, schema='intermediate') }}

select
    schedule_code,
    'строки графика расходятся' as fault
from {{ ref('work_schedules') }}
group by schedule_code
having
    count(distinct time_zone) > 1
    or count(distinct shortened_minutes) > 1
    or count(distinct follows_calendar) > 1
    or count(distinct coalesce(region, '')) > 1
    or bool_or(time_zone is null or shortened_minutes is null or follows_calendar is null)
