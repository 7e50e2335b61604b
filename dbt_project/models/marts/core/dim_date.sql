-- Grain: one day of the working calendar of the administration (schedule `office`).
with work_days as (
    select * from {{ ref('int_work_days') }}
),

schedules as (
    select * from {{ ref('int_schedules') }}
)

select
    date_on,
    date_trunc('month', date_on)::date as month_on,
    extract(year from date_on)::integer as year_no,
    extract(isodow from date_on)::integer as weekday,
    is_working,
    is_shortened,
    title
from work_days
where schedule_code = (
    select schedules.schedule_code
    from schedules
    where schedules.base_code = 'office' and schedules.known_to = 'infinity'
)
