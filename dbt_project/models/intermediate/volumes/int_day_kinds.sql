-- Grain: one day of the calendar of the administration: what kind of day it is for those who write, and which kind
-- stands for it as long as too few days of its own kind are known.
with work_days as (
    select * from {{ ref('int_work_days') }}
),

schedules as (
    select * from {{ ref('int_schedules') }}
),

days as (
    select
        date_on,
        is_working,
        title,
        extract(isodow from date_on)::integer as weekday,
        -- an official day off: a holiday, or a weekday on which nobody works
        not is_working and (kind = 'holiday' or extract(isodow from date_on) < 6) as is_off
    from work_days
    where schedule_code = (
        select schedules.schedule_code
        from schedules
        where schedules.base_code = 'office' and schedules.known_to = 'infinity'
    )
),

neighbours as (
    select
        *,
        lag(is_off, 1, false) over (order by date_on) as is_after,
        lead(is_off, 1, false) over (order by date_on) as is_before
    from days
)

select
    date_on,
    is_working,
    is_off,
    title,
    case
        when is_off then 'holiday'
        when is_working and weekday > 5 then 'working_saturday'
        when is_working and is_before then 'before_holiday'
        when is_working and is_after then 'after_holiday'
        else 'weekday_' || weekday
    end as day_kind,
    case
        when is_off then 'weekday_7'
        when is_working and weekday > 5 then 'weekday_5'
        else 'weekday_' || weekday
    end as stand_in_kind
from neighbours
