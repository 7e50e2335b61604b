-- Grain: one item that changed hands more often than `flow.transfers` allows or came back to hands it had been in, and
-- is open or was closed in the last `flow.days` days. `rank_no`: worst first within the municipality.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run']
) }}

with chains as (
    select * from {{ ref('fct_forwarding_chains') }}
),

feedback as (
    select * from {{ ref('fct_feedback') }}
)

select
    c.feedback_key,
    f.municipality_code,
    f.block_code,
    f.recipient_code,
    c.hops_count as transfers_count,
    c.hands_count,
    c.returns_count,
    c.circle,
    f.is_open,
    f.received_at,
    c.hops_count > {{ var('flow').transfers }} as is_over_limit,
    (rank() over (
        partition by f.municipality_code order by c.hops_count desc, c.returns_count desc, f.is_open desc, f.received_at
    ))::integer as rank_no
from chains as c
inner join feedback as f on c.feedback_key = f.feedback_key
where
    (c.hops_count > {{ var('flow').transfers }} or c.has_circle)
    and (f.is_open or f.closed_at > {{ as_of() }} - interval '{{ var("flow").days }} days')
    and f.received_at <= {{ as_of() }}
    and {{ from_citizen('f') }}
