-- Grain: schedule × date, for every state of knowledge of the schedule (int_schedules). What kind of day it is, and
-- which weekday's hours it takes (empty: a day off). A regional row of calendar_days wins over the country's; a
-- correction that is known wins over both.
{{ config(indexes=[{'columns': ['schedule_code', 'date_on'], 'unique': true}]) }}

with schedules as (
    select * from {{ ref('int_schedules') }}
),

calendar_days as (
    select * from {{ ref('calendar_days') }}
),

calendar_corrections as (
    select * from {{ ref('calendar_corrections') }}
),

days as (
    select
        s.schedule_code,
        s.base_code,
        s.region,
        s.follows_calendar,
        s.known_from,
        d.date_on::date as date_on,
        extract(isodow from d.date_on)::integer as weekday
    from schedules as s
    cross join
        generate_series(
            '{{ var("calendar_from") }}'::timestamp, '{{ var("calendar_to") }}'::timestamp, '1 day'
        ) as d (date_on)
),

known as (
    select
        date_on,
        kind,
        is_shortened,
        as_weekday,
        region,
        title,
        legal_basis,
        '-infinity'::date as known_from
    from calendar_days
    union all
    select
        date_on,
        kind,
        is_shortened,
        as_weekday,
        region,
        title,
        legal_basis,
        known_from
    from calendar_corrections
),

exceptions as (
    select distinct on (d.schedule_code, d.date_on)
        d.schedule_code,
        d.date_on,
        e.kind,
        e.is_shortened,
        e.as_weekday,
        e.title,
        e.legal_basis
    from days as d
    inner join known as e
        on
            d.date_on = e.date_on
            and (e.region is null or d.region = e.region)
            and d.known_from >= e.known_from
    where d.follows_calendar
    order by d.schedule_code, d.date_on, e.known_from desc, e.region nulls last
)

select
    d.schedule_code,
    d.base_code,
    d.date_on,
    coalesce(e.kind, 'ordinary') as kind,
    coalesce(e.is_shortened, false) as is_shortened,
    case
        when e.kind in ('holiday', 'day_off') then null
        when e.kind = 'presidential' and {{ var('presidential_days_off') }} then null
        when e.kind = 'working' then coalesce(e.as_weekday, 1)
        else d.weekday
    end as as_weekday,
    e.title,
    e.legal_basis
from days as d
left join exceptions as e on d.schedule_code = e.schedule_code and d.date_on = e.date_on
