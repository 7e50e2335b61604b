-- Grain: one item. The instants of its life that deadlines and counts need.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_touched', 'key': 'feedback_key'},
    tags=['each_run'],
    indexes=[{'columns': ['feedback_key'], 'unique': true}]
) }}

with item_events as (
    select * from {{ ref('int_events') }}
),

feedback as (
    select * from {{ ref('int_feedback') }}
),

receipts as (
    select
        feedback_key,
        min(occurred_at) as received_at
    from item_events
    where
        event_code = 'received'
        and {{ only('feedback_key', ref('int_touched'), 'feedback_key') }}
    group by feedback_key
),

-- an event before receipt is a slip of the source: it completes nothing (the rule MART-015 counts it)
own_events as (
    select
        e.feedback_key,
        e.event_code,
        e.occurred_at
    from item_events as e
    inner join feedback as i on e.feedback_key = i.feedback_key
    left join receipts as r on e.feedback_key = r.feedback_key
    where
        {{ only('e.feedback_key', ref('int_touched'), 'feedback_key') }}
        and not {{ is_before_receipt('e.occurred_at', 'r.received_at', 'i.time_zone') }}
),

events as (
    select
        feedback_key,
        min(occurred_at) filter (where event_code = 'registered') as registered_at,
        min(occurred_at) filter (where event_code in ('first_reply', 'interim_reply', 'final_reply')) as first_reply_at,
        min(occurred_at) filter (where event_code = 'interim_reply') as interim_reply_at,
        min(occurred_at) filter (where event_code = 'final_reply') as first_final_reply_at,
        max(occurred_at) filter (where event_code = 'final_reply') as last_final_reply_at,
        max(occurred_at) filter (where event_code = 'reopened') as reopened_at,
        min(occurred_at) filter (where event_code = 'extended') as extended_at,
        max(occurred_at) filter (where event_code = 'deferred') as deferred_at,
        max(occurred_at) filter (where event_code = 'forwarded') as forwarded_at,
        min(occurred_at) filter (where event_code = 'requested') as requested_at,
        min(occurred_at) filter (where event_code = 'request_answered') as request_answered_at,
        max(occurred_at) filter (where event_code = 'marked') as marked_at,
        max(occurred_at) filter (where event_code = 'closed') as closed_at
    from own_events
    group by feedback_key
),

joined as (
    select
        i.feedback_key,
        i.source_updated_at,
        i.status_code,
        i.is_open,
        i.mark,
        coalesce(
            case
                when not {{ is_before_receipt('i.registered_at', 'r.received_at', 'i.time_zone') }} then i.registered_at
            end,
            e.registered_at
        ) as registered_at,
        e.first_reply_at,
        e.interim_reply_at,
        e.first_final_reply_at,
        -- an answer that was reopened afterwards does not stand
        case when e.reopened_at is null or e.last_final_reply_at > e.reopened_at then e.last_final_reply_at end
            as final_reply_at,
        e.reopened_at,
        e.extended_at,
        e.deferred_at,
        e.forwarded_at,
        e.requested_at,
        e.request_answered_at,
        e.marked_at,
        e.closed_at as closed_event_at
    from feedback as i
    left join events as e on i.feedback_key = e.feedback_key
    left join receipts as r on i.feedback_key = r.feedback_key
    where {{ only('i.feedback_key', ref('int_touched'), 'feedback_key') }}
)

select
    feedback_key,
    registered_at,
    first_reply_at,
    interim_reply_at,
    first_final_reply_at,
    final_reply_at,
    reopened_at,
    extended_at,
    deferred_at,
    forwarded_at,
    -- forwarded to another body, not from one executor to the next
    case when status_code = 'forwarded' then forwarded_at end as passed_on_at,
    requested_at,
    request_answered_at,
    -- a status that no map knows is open until an answer stands
    coalesce(is_open, final_reply_at is null) as is_open,
    case
        when not coalesce(is_open, final_reply_at is null)
            then coalesce(closed_event_at, final_reply_at, forwarded_at, source_updated_at)
    end as closed_at,
    case when mark is not null then coalesce(marked_at, final_reply_at, source_updated_at) end as marked_at,
    -- another body's matter now, or left without an answer as the law allows: taken off control
    case
        when first_final_reply_at is null and status_code in ('forwarded', 'left_without_answer')
            then coalesce(forwarded_at, closed_event_at, source_updated_at)
    end as cancelled_at
from joined
