-- The rows of one schedule are one schedule: one zone, one region, one shortening, one calendar; and its intervals of a
-- weekday follow each other. Otherwise nobody could say where its axis lies.
{{ config(store_failures=true, schema='intermediate') }}

with followed as (
    select
        schedule_code,
        weekday,
        starts_at,
        ends_at,
        lag(ends_at) over (partition by schedule_code, weekday order by starts_at) as ends_before
    from {{ ref('work_schedules') }}
)

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

union all

select distinct
    schedule_code,
    'интервалы дня ' || weekday || ' перекрываются' as fault
from followed
where starts_at >= ends_at or starts_at < ends_before
