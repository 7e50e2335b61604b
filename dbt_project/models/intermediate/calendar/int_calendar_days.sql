-- Grain: schedule × date. What kind of day it is for that schedule, and which weekday's hours it takes (none: a day off).
-- A regional row of calendar_days wins over the country's.
{{ config(indexes=[{'columns': ['schedule_code', 'date_on'], 'unique': true}]) }}

with schedules as (
    select distinct
        schedule_code,
        region,
        follows_calendar
    from {{ ref('work_schedules') }}
),

days as (
    select
        s.schedule_code,
        s.region,
        s.follows_calendar,
        d.date_on::date as date_on,
        extract(isodow from d.date_on)::integer as weekday
    from schedules as s
    cross join
        generate_series('{{ var("calendar_from") }}'::timestamp, '{{ var("calendar_to") }}'::timestamp, '1 day') as d (date_on)
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
    inner join {{ ref('calendar_days') }} as e
        on d.date_on = e.date_on and (e.region is null or d.region = e.region)
    where d.follows_calendar
    order by d.schedule_code, d.date_on, e.region nulls last
)

select
    d.schedule_code,
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
