-- Grain: schedule × date. `ordinal` counts working days up to and with this one.
{{ config(indexes=[
    {'columns': ['schedule_code', 'date_on'], 'unique': true},
    {'columns': ['schedule_code', 'ordinal', 'is_working']}
]) }}

with work_intervals as (
    select * from {{ ref('int_work_intervals') }}
),

calendar_days as (
    select * from {{ ref('int_calendar_days') }}
),

worked as (
    select
        schedule_code,
        date_on,
        sum(extract(epoch from ends_at - starts_at))::integer as seconds
    from work_intervals
    group by schedule_code, date_on
),

days as (
    select
        c.schedule_code,
        c.date_on,
        c.kind,
        c.is_shortened,
        c.title,
        c.legal_basis,
        coalesce(w.seconds, 0) as seconds,
        w.seconds is not null as is_working
    from calendar_days as c
    left join worked as w on c.schedule_code = w.schedule_code and c.date_on = w.date_on
)

select
    *,
    (count(*) filter (where is_working) over earlier)::integer as ordinal,
    max(date_on) filter (where is_working) over earlier as previous_working_on,
    min(date_on) filter (where is_working) over later_first as next_working_on
from days
window
    earlier as (partition by schedule_code order by date_on),
    -- growing frames only: a shrinking frame is computed anew for every row
    later_first as (partition by schedule_code order by date_on desc)
