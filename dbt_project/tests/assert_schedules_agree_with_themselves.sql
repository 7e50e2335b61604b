-- The rows of a schedule are one schedule: what holds on one day has one zone, one shortening and intervals that do not
-- overlap; region and calendar never change. Otherwise nobody could say where its axis lies. That hours follow each other
-- day by day is checked on the file (mcu.seeds).
{{ config(store_failures=true, schema='intermediate') }}

with work_schedules as (
    select * from {{ ref('work_schedules') }}
),

faults as (
    select
        schedule_code,
        weekday,
        interval_no,
        valid_from,
        case when starts_at >= ends_at then 'интервал кончается раньше, чем начинается' end as fault
    from work_schedules

    union all

    select
        a.schedule_code,
        a.weekday,
        a.interval_no,
        a.valid_from,
        case
            when a.time_zone != b.time_zone or a.shortened_minutes != b.shortened_minutes then 'строки дня расходятся'
            when a.ends_at > b.starts_at then 'интервалы дня пересекаются'
        end as fault
    from work_schedules as a
    inner join work_schedules as b
        on
            a.schedule_code = b.schedule_code
            and a.weekday = b.weekday
            and a.interval_no != b.interval_no
            and (a.starts_at, a.interval_no) < (b.starts_at, b.interval_no)
            and a.valid_from < coalesce(b.valid_to, 'infinity')
            and coalesce(a.valid_to, 'infinity') > b.valid_from

    union all

    select
        schedule_code,
        null as weekday,
        null as interval_no,
        null as valid_from,
        'строки графика расходятся' as fault
    from work_schedules
    group by schedule_code
    having count(distinct coalesce(region, '')) > 1 or count(distinct follows_calendar) > 1
)

select *
from faults
where fault is not null
order by schedule_code, weekday, interval_no
