-- Grain: schedule × state of knowledge of its calendar. Without corrections there is one: the schedule itself. A term
-- closed in [known_from, known_to) is counted by the calendar as it was known then.
with schedules as (
    select distinct
        schedule_code,
        region,
        follows_calendar
    from {{ ref('work_schedules') }}
),

states as (
    select
        schedule_code,
        region,
        follows_calendar,
        '-infinity'::date as known_from
    from schedules
    union
    select
        s.schedule_code,
        s.region,
        s.follows_calendar,
        c.known_from
    from schedules as s
    inner join {{ ref('calendar_corrections') }} as c on c.region is null or s.region = c.region
    where s.follows_calendar
)

select
    case when known_from = '-infinity' then schedule_code else schedule_code || '@' || known_from end as schedule_code,
    schedule_code as base_code,
    region,
    follows_calendar,
    known_from,
    lead(known_from, 1, 'infinity') over (partition by schedule_code order by known_from) as known_to
from states
