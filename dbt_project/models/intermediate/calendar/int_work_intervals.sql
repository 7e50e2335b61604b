-- Grain: schedule × working interval. The cumulative axis: seconds worked before and after each interval.
-- A shortened day loses its minutes at its end. Hours hold from `valid_from` up to, not with, `valid_to`. A state of
-- knowledge (int_schedules) sees neither hours that begin after it nor an end of hours that comes after it.
{{ config(indexes=[
    {'columns': ['schedule_code', 'starts_at'], 'unique': true},
    {'columns': ['schedule_code', 'ends_at']},
    {'columns': ['schedule_code', 'seconds_after'], 'unique': true}
]) }}

with calendar_days as (
    select * from {{ ref('int_calendar_days') }}
),

schedules as (
    select * from {{ ref('int_schedules') }}
),

work_schedules as (
    select * from {{ ref('work_schedules') }}
),

intervals as (
    select
        c.schedule_code,
        c.date_on,
        s.interval_no,
        s.time_zone,
        -- 24:00 is the next midnight: times of the day are counted in seconds
        extract(epoch from s.starts_at::interval)::integer as from_second,
        extract(epoch from s.ends_at::interval)::integer as to_second,
        case when c.is_shortened then s.shortened_minutes * 60 else 0 end as seconds_off
    from calendar_days as c
    inner join schedules as k on c.schedule_code = k.schedule_code
    inner join work_schedules as s
        on
            c.base_code = s.schedule_code
            and c.as_weekday = s.weekday
            and c.date_on >= s.valid_from
            and k.known_to > s.valid_from
            and (s.valid_to is null or c.date_on < s.valid_to or k.known_to <= s.valid_to)
),

measured as (
    select
        *,
        coalesce(sum(to_second - from_second) over earlier, 0)::integer as second_of_day,
        sum(to_second - from_second) over (partition by schedule_code, date_on)::integer - seconds_off as seconds_of_day
    from intervals
    window earlier as (
        partition by schedule_code, date_on
        order by from_second
        rows between unbounded preceding and 1 preceding
    )
),

clipped as (
    select
        schedule_code,
        date_on,
        interval_no,
        (date_on::timestamp + from_second * interval '1 second') at time zone time_zone as starts_at,
        (
            date_on::timestamp
            + least(to_second, from_second + seconds_of_day - second_of_day) * interval '1 second'
        ) at time zone time_zone as ends_at
    from measured
    where second_of_day < seconds_of_day
),

axis as (
    select
        *,
        sum(extract(epoch from ends_at - starts_at)::bigint) over (
            partition by schedule_code
            order by starts_at
        )::bigint as seconds_after
    from clipped
)

select
    schedule_code,
    date_on,
    interval_no,
    starts_at,
    ends_at,
    seconds_after - extract(epoch from ends_at - starts_at)::bigint as seconds_before,
    seconds_after
from axis
