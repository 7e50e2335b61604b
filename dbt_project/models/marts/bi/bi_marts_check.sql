-- Grain: one row. Whether newer figures than those that people see were refused, and since when.
{%- set zone = "'" ~ var('time_zone') ~ "'" %}

with runs as (
    select
        status,
        stands_in,
        coalesce(finished_at, started_at) as ended_at
    from {{ source('ops', 'transform_runs') }}
),

published as (
    select ended_at from runs
    where stands_in = 'published'
),

refused as (
    select
        min(r.ended_at) as since,
        (array_agg(r.status order by r.ended_at desc))[1] as last_status
    from runs as r
    cross join published as p
    where
        r.status in ('blocked', 'failed')
        and r.ended_at > p.ended_at
),

dated as (
    select
        a.as_of,
        r.since,
        '✕ Показатели на ' || to_char(a.as_of at time zone {{ zone }}, 'DD.MM.YYYY HH24:MI')
        || case r.last_status
            when 'blocked' then ': проверка витрин не пройдена с '
            else ': новый расчёт не выполняется с '
        end
        || to_char(r.since at time zone {{ zone }}, 'DD.MM.YYYY HH24:MI') as refusal
    from {{ ref('dim_as_of') }} as a
    cross join refused as r
)

select
    as_of,
    since is null as is_passed,
    since as refused_since,
    coalesce(refusal, '✓ Проверка витрин пройдена') as state
from dated
where {{ visible_to('anyone') }}
