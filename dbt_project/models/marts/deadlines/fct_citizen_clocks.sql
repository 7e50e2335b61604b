-- Grain: one problem of a citizen: the first message about it and all that repeat it. From the first message until the
-- citizen is satisfied: the last answer has a mark of 4 or 5, or the citizen was silent for `silent_days` after it. An
-- interim reply, a forwarding or a pause never stops this clock. Beside it: what the executors' clocks counted.
-- Independent of the present instant: the view rpt_citizen_clocks judges it at `as_of`.
{{ config(
    materialized='incremental', incremental_strategy='replace',
    meta={'replace': 'int_chain_scope', 'key': 'feedback_key'},
    on_schema_change='fail', tags=['each_run'], indexes=[{'columns': ['recipient_code']}]
) }}

with chains as (
    select * from {{ ref('int_chains') }}
),

feedback as (
    select * from {{ ref('fct_feedback') }}
),

deadlines as (
    select * from {{ ref('int_answer_deadlines') }}
),

members as (
    select
        c.root_key,
        f.feedback_key,
        f.municipality_code,
        f.block_code,
        f.recipient_code,
        f.received_at,
        f.final_reply_at,
        f.mark,
        f.marked_at
    from chains as c
    inner join feedback as f on c.feedback_key = f.feedback_key
    where
        {{ only('c.feedback_key', ref('int_chain_scope'), 'feedback_key') }}
        and {{ from_citizen('f') }}
),

-- the item that speaks for the problem now: the latest of the chain
latest as (
    select distinct on (root_key) *
    from members
    order by root_key, received_at desc, feedback_key desc
),

spans as (
    select
        m.root_key,
        min(m.received_at) as started_at,
        count(*)::integer as items_count
    from members as m
    inner join latest as l on m.root_key = l.root_key
    group by m.root_key
),

promises as (
    select
        d.*,
        bool_or(d.stage = 'final') over (partition by d.feedback_key) as has_final
    from deadlines as d
    inner join members as m on d.feedback_key = m.feedback_key
),

-- the executors' clocks of the chain: finished ones as seconds, running ones as their number and the sum of their
-- starts
executors as (
    select
        m.root_key,
        sum(extract(epoch from coalesce(d.done_at, d.cancelled_at, d.paused_since) - d.started_at) - d.paused_seconds)
            filter (where coalesce(d.done_at, d.cancelled_at, d.paused_since) is not null) as closed_seconds,
        count(*) filter (where coalesce(d.done_at, d.cancelled_at, d.paused_since) is null) as running_count,
        sum(extract(epoch from d.started_at) + d.paused_seconds)
            filter (where coalesce(d.done_at, d.cancelled_at, d.paused_since) is null) as running_starts
    from members as m
    inner join promises as d on m.feedback_key = d.feedback_key
    -- the first reply runs beside the final answer
    where d.stage != 'first_reply' or not d.has_final
    group by m.root_key
),

judged as (
    select
        l.root_key as feedback_key,
        l.feedback_key as latest_key,
        l.municipality_code,
        l.block_code,
        l.recipient_code,
        s.items_count,
        date_trunc('second', s.started_at) as started_at,
        date_trunc('second', l.final_reply_at) as replied_at,
        case
            when l.final_reply_at is null or l.mark < 4 then null
            when l.mark >= 4 then 'mark'
            else 'silence'
        end as ended_by,
        date_trunc('second', greatest(l.marked_at, l.final_reply_at)) as marked_at,
        e.closed_seconds,
        e.running_count,
        e.running_starts
    from latest as l
    inner join spans as s on l.root_key = s.root_key
    left join executors as e on l.root_key = e.root_key
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
    case ended_by
        when 'mark' then marked_at
        when 'silence' then replied_at + {{ var('silent_days') }} * interval '1 day'
    end as ended_at,
    coalesce(closed_seconds, 0)::bigint as executor_closed_seconds,
    coalesce(running_count, 0)::integer as executor_running_count,
    coalesce(running_starts, 0)::bigint as executor_running_starts
from judged
