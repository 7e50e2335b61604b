-- Grain: one problem of a citizen. The two clocks at `as_of`: how long the citizen waited, how much of it the
-- executors' deadlines counted, and the gap. Silence that has lasted long enough ends the wait at the answer.
{{ config(materialized='view', post_hook=[]) }}

with citizen_clocks as (
    select * from {{ ref('fct_citizen_clocks') }}
),

moment as (
    select * from {{ ref('dim_as_of') }}
),

stood as (
    select
        c.*,
        a.as_of,
        coalesce(c.ended_at <= a.as_of, false) as is_satisfied
    from citizen_clocks as c
    cross join moment as a
    where c.started_at <= a.as_of
),

counted as (
    select
        *,
        extract(
            epoch from case
                when not is_satisfied then as_of
                when ended_by = 'silence' then replied_at
                else ended_at
            end - started_at
        )::bigint as citizen_seconds,
        greatest(
            executor_closed_seconds + executor_running_count * extract(epoch from as_of)::bigint
            - executor_running_starts,
            0
        ) as executor_seconds
    from stood
)

select
    feedback_key,
    latest_key,
    municipality_code,
    block_code,
    recipient_code,
    items_count,
    started_at,
    replied_at,
    ended_by,
    ended_at,
    as_of,
    is_satisfied,
    citizen_seconds,
    executor_seconds,
    citizen_seconds - executor_seconds as gap_seconds
from counted
