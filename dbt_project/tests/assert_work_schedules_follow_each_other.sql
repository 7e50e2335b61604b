-- Hours of one schedule, weekday and interval must follow each other day by day, and intervals in force on one day must not
-- overlap: otherwise nobody could say when it was worked.
{{ config(store_failures=true, schema='intermediate') }}

with followed as (
    select
        *,
        lead(valid_from) over (partition by schedule_code, weekday, interval_no order by valid_from) as next_from
    from {{ ref('work_schedules') }}
),

faults as (
    select
        schedule_code,
        weekday,
        interval_no,
        valid_from,
        case
            when valid_from >= valid_to then 'окончание раньше начала'
            when starts_at >= ends_at then 'интервал кончается раньше, чем начинается'
            when coalesce(valid_to, 'infinity') > next_from then 'наложение'
            when valid_to < next_from then 'разрыв'
        end as fault
    from followed

    union all

    select
        a.schedule_code,
        a.weekday,
        a.interval_no,
        a.valid_from,
        'интервалы одного дня пересекаются' as fault
    from followed as a
    inner join followed as b
        on
            a.schedule_code = b.schedule_code
            and a.weekday = b.weekday
            and a.interval_no != b.interval_no
            and a.starts_at <= b.starts_at
            and a.ends_at > b.starts_at
            and a.valid_from < coalesce(b.valid_to, 'infinity')
            and coalesce(a.valid_to, 'infinity') > b.valid_from
)

select *
from faults
where fault is not null
