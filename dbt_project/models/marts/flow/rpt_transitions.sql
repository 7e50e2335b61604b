-- Grain: municipality × block × state × the state after it, over the last `flow.days` days: how many items went this
-- way, which share of all that left the state, and after how long. The same state twice: other hands.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run']
) }}

with stays as (
    select * from {{ ref('int_stays') }}
),

counted as (
    select
        municipality_code,
        block_code,
        state_code,
        next_state_code,
        count(*) as moves_count,
        count(*) filter (where recipient_code != next_recipient_code) as handed_count,
        percentile_cont(0.5) within group (order by (left_position - entered_position) / 3600.0) as median_hours
    from stays
    where
        left_at > {{ as_of() }} - interval '{{ var("flow").days }} days'
        and left_at <= {{ as_of() }}
    group by municipality_code, block_code, state_code, next_state_code
)

select
    municipality_code,
    block_code,
    state_code,
    next_state_code,
    moves_count::integer as moves_count,
    handed_count::integer as handed_count,
    round(
        moves_count / sum(moves_count) over (partition by municipality_code, block_code, state_code), 4
    ) as moves_share,
    round(median_hours::numeric, 2) as median_working_hours
from counted
