-- Grain: municipality × block × recipient ('all': the whole block) × state. How long items stayed in the state in the
-- last `flow.days` days; those that are still there count with what they have stayed so far. A recipient answers for
-- each stay with it; the block for the whole time of an item in the state, so that handing over shortens nothing.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run']
) }}

with states as (
    select state_code
    from {{ ref('dwell_states') }}
    where is_open
),

stays as not materialized (
    select s.*
    from {{ ref('int_stays') }} as s
    inner join states as t on s.state_code = t.state_code
    where s.entered_at <= {{ as_of() }}
),

-- no other item is counted: the first look is at the ends of the stays, before anything is worked out
recent as (
    select distinct feedback_key
    from stays
    where coalesce(left_at > {{ as_of() }} - interval '{{ var("flow").days }} days', true)
),

present as (
    select value as position
    from {{ work_position("'office'", as_of()) }} as p
),

measured as (
    select
        s.feedback_key,
        s.municipality_code,
        s.block_code,
        s.recipient_code,
        s.state_code,
        coalesce(s.left_at > {{ as_of() }}, true) as is_there,
        coalesce(s.left_at > {{ as_of() }} - interval '{{ var("flow").days }} days', true) as is_recent,
        (
            case when s.left_at <= {{ as_of() }} then s.left_position else p.position end - s.entered_position
        ) / 3600.0 as working_hours,
        extract(epoch from least(s.left_at, {{ as_of() }}) - s.entered_at) / 86400 as calendar_days
    from stays as s
    inner join recent as r on s.feedback_key = r.feedback_key
    cross join present as p
),

counted as (
    select
        municipality_code,
        block_code,
        recipient_code,
        state_code,
        is_there,
        working_hours,
        calendar_days
    from measured
    where is_recent
    union all
    select
        municipality_code,
        block_code,
        'all' as recipient_code,
        state_code,
        bool_or(is_there) as is_there,
        sum(working_hours) as working_hours,
        sum(calendar_days) as calendar_days
    from measured
    group by feedback_key, municipality_code, block_code, state_code
    having bool_or(is_recent)
)

select
    municipality_code,
    block_code,
    recipient_code,
    state_code,
    count(*)::integer as stays_count,
    (count(*) filter (where is_there))::integer as there_count,
    round((percentile_cont(0.5) within group (order by working_hours))::numeric, 2) as median_working_hours,
    round((percentile_cont(0.9) within group (order by working_hours))::numeric, 2) as slow_working_hours,
    round((percentile_cont(0.5) within group (order by calendar_days))::numeric, 2) as median_calendar_days,
    round((percentile_cont(0.9) within group (order by calendar_days))::numeric, 2) as slow_calendar_days
from counted
group by municipality_code, block_code, recipient_code, state_code
