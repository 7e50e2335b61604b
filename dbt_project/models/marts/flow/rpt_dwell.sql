-- Grain: municipality × block × recipient ('all': the whole block) × state. How long items stayed in the state in the
-- last `flow.days` days; those that are still there count with what they have stayed so far.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run']
) }}

with stays as (
    select * from {{ ref('int_stays') }}
),

states as (
    select * from {{ ref('dwell_states') }}
),

present as (
    select value as position
    from {{ work_position("'office'", as_of()) }} as p
),

measured as (
    select
        s.municipality_code,
        s.block_code,
        s.recipient_code,
        s.state_code,
        coalesce(s.left_at > {{ as_of() }}, true) as is_there,
        (
            case when s.left_at <= {{ as_of() }} then s.left_position else p.position end - s.entered_position
        ) / 3600.0 as working_hours,
        extract(epoch from least(s.left_at, {{ as_of() }}) - s.entered_at) / 86400 as calendar_days
    from stays as s
    inner join states as t on s.state_code = t.state_code
    cross join present as p
    where
        t.is_open
        and s.entered_at <= {{ as_of() }}
        and coalesce(s.left_at > {{ as_of() }} - interval '{{ var("flow").days }} days', true)
)

select
    municipality_code,
    block_code,
    coalesce(recipient_code, 'all') as recipient_code,
    state_code,
    count(*)::integer as stays_count,
    (count(*) filter (where is_there))::integer as there_count,
    round((percentile_cont(0.5) within group (order by working_hours))::numeric, 2) as median_working_hours,
    round((percentile_cont(0.9) within group (order by working_hours))::numeric, 2) as slow_working_hours,
    round((percentile_cont(0.5) within group (order by calendar_days))::numeric, 2) as median_calendar_days,
    round((percentile_cont(0.9) within group (order by calendar_days))::numeric, 2) as slow_calendar_days
from measured
group by
    grouping sets (
        (municipality_code, block_code, recipient_code, state_code),
        (municipality_code, block_code, state_code)
    )
