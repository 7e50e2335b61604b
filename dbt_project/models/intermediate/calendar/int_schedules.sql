-- Grain: schedule × state of knowledge of its hours and its calendar; without a change there is one state, the schedule
-- itself. A deadline closed in [known_from, known_to) is counted by what was known then: a correction counts from the
-- day on which it was made known, a change of hours from the day on which it holds.
with hours as not materialized (
    select * from {{ ref('work_schedules') }}
),

calendar_corrections as (
    select * from {{ ref('calendar_corrections') }}
),

schedules as (
    select
        schedule_code,
        region,
        follows_calendar,
        min(valid_from) as valid_from
    from hours
    group by schedule_code, region, follows_calendar
),

changes as (
    select
        schedule_code,
        '-infinity'::date as known_from
    from schedules
    union
    select
        s.schedule_code,
        c.known_from
    from schedules as s
    inner join calendar_corrections as c on c.region is null or s.region = c.region
    where s.follows_calendar
    union
    select
        s.schedule_code,
        h.changed_on as known_from
    from schedules as s
    inner join hours as w on s.schedule_code = w.schedule_code
    cross join lateral (values (w.valid_from), (w.valid_to)) as h (changed_on)
    where h.changed_on > s.valid_from
),

states as (
    select
        *,
        lead(known_from, 1, 'infinity') over (partition by schedule_code order by known_from) as known_to
    from changes
)

select
    case
        when k.known_from = '-infinity' then s.schedule_code
        else s.schedule_code || '@' || k.known_from
    end as schedule_code,
    s.schedule_code as base_code,
    s.region,
    s.follows_calendar,
    k.known_from,
    k.known_to
from schedules as s
inner join states as k on s.schedule_code = k.schedule_code
