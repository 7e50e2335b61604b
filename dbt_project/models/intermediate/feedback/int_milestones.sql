-- Grain: one item. The instants of its life that deadlines and counts need.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_touched', 'key': 'feedback_key'},
    tags=['each_run'],
    indexes=[{'columns': ['feedback_key'], 'unique': true}]
) }}

with item_events as not materialized (
    select * from {{ ref('int_events') }}
),

feedback as not materialized (
    select * from {{ ref('int_feedback') }}
),

-- an event before receipt is a slip of the source: it completes nothing (the rule MART-015 counts it)
own_events as not materialized (
    select
        e.feedback_key,
        e.event_code,
        e.occurred_at
    from item_events as e
    inner join feedback as i on e.feedback_key = i.feedback_key
    where
        {{ only('e.feedback_key', ref('int_touched'), 'feedback_key') }}
        and not {{ is_before_receipt('e.occurred_at', 'i.received_at', 'i.time_zone') }}
),

events as (
    select
        feedback_key,
        min(occurred_at) filter (where event_code = 'registered') as registered_at,
        min(occurred_at) filter (where event_code in ('first_reply', 'interim_reply')) as early_reply_at,
        min(occurred_at) filter (where event_code = 'final_reply') as first_final_reply_at,
        max(occurred_at) filter (where event_code = 'final_reply') as last_final_reply_at,
        max(occurred_at) filter (where event_code in ('reopened', 'rejected_by_author')) as reopened_at,
        min(occurred_at) filter (where event_code = 'extended') as extended_at,
        min(occurred_at) filter (where event_code = 'deferred') as deferred_at,
        max(occurred_at) filter (where event_code = 'forwarded') as forwarded_at,
        min(occurred_at) filter (where event_code = 'forwarding_notice') as forwarding_notice_at,
        min(occurred_at) filter (where event_code = 'requested') as requested_at,
        min(occurred_at) filter (where event_code = 'request_answered') as request_answered_at,
        max(occurred_at) filter (where event_code = 'marked') as marked_at,
        max(occurred_at) filter (where event_code = 'closed') as closed_at
    from own_events
    group by feedback_key
),

-- of the few items that were deferred or came back: the first answer after that
later_replies as (
    select
        t.feedback_key,
        min(e.occurred_at) filter (where e.occurred_at >= t.deferred_at) as deferred_reply_at,
        min(e.occurred_at) filter (where e.occurred_at > t.reopened_at) as reopened_reply_at
    from events as t
    inner join own_events as e on t.feedback_key = e.feedback_key
    where
        e.event_code = 'final_reply'
        and coalesce(t.deferred_at, t.reopened_at) is not null
    group by t.feedback_key
),

joined as (
    select
        i.feedback_key,
        i.kind,
        i.source_updated_at,
        i.status_code,
        i.is_open,
        i.mark,
        -- what closed an item without an answer is no answer, though the source dates it as one
        i.status_code = 'left_without_answer' as is_unanswered,
        coalesce(
            case
                when not {{ is_before_receipt('i.registered_at', 'i.received_at', 'i.time_zone') }} then i.registered_at
            end,
            e.registered_at
        ) as registered_at,
        e.early_reply_at,
        e.first_final_reply_at,
        e.last_final_reply_at,
        -- an answer that the author rejected came back, though the source does not say when
        case
            when i.status_code != 'rejected_by_author' or e.reopened_at >= e.last_final_reply_at then e.reopened_at
            else greatest(i.source_updated_at, e.last_final_reply_at)
        end as reopened_at,
        case when i.status_code != 'rejected_by_author' then l.reopened_reply_at end as reopened_reply_at,
        e.extended_at,
        e.deferred_at,
        l.deferred_reply_at,
        e.forwarded_at,
        e.forwarding_notice_at,
        e.requested_at,
        e.request_answered_at,
        e.marked_at,
        e.closed_at as closed_event_at
    from feedback as i
    left join events as e on i.feedback_key = e.feedback_key
    left join later_replies as l on i.feedback_key = l.feedback_key
    where {{ only('i.feedback_key', ref('int_touched'), 'feedback_key') }}
),

answered as (
    select
        *,
        case when not is_unanswered or first_final_reply_at < reopened_at then first_final_reply_at end
            as first_answer_at,
        case when not is_unanswered or deferred_reply_at < reopened_at then deferred_reply_at end as deferred_answer_at,
        case when not is_unanswered then reopened_reply_at end as reopened_answer_at,
        -- an answer that came back afterwards does not stand
        case
            when not is_unanswered and (reopened_at is null or last_final_reply_at > reopened_at)
                then last_final_reply_at
        end as final_reply_at
    from joined
),

-- a status that no map knows is open until an answer stands
closed as (
    select
        *,
        coalesce(is_open, final_reply_at is null) as is_open_now
    from answered
)

select
    feedback_key,
    registered_at,
    least(early_reply_at, first_answer_at) as first_reply_at,
    -- a reply before the answer
    case when first_answer_at is null or early_reply_at < first_answer_at then early_reply_at end as interim_reply_at,
    first_answer_at as first_final_reply_at,
    final_reply_at,
    reopened_at,
    reopened_answer_at as reopened_reply_at,
    extended_at,
    deferred_at,
    deferred_answer_at as deferred_reply_at,
    forwarded_at,
    -- forwarded to another body, not from one executor to the next
    case when status_code = 'forwarded' then forwarded_at end as passed_on_at,
    forwarding_notice_at,
    requested_at,
    request_answered_at,
    is_open_now as is_open,
    case
        when not is_open_now
            then coalesce(
                closed_event_at, final_reply_at, case when is_unanswered then last_final_reply_at end, forwarded_at,
                source_updated_at
            )
    end as closed_at,
    case when mark is not null then coalesce(marked_at, final_reply_at, source_updated_at) end as marked_at,
    -- How an item ended without an answer. Only an appeal may be left without one (59-ФЗ, ст. 11); a message that is
    -- closed so, or whose answer nothing dates, is a promise not kept.
    case
        when is_open_now or final_reply_at is not null then null
        when status_code in ('forwarded', 'deleted_by_author', 'withdrawn') then status_code
        when is_unanswered and kind = 'appeal' then status_code
        else 'closed_without_answer'
    end as ending,
    case
        when is_open_now or final_reply_at is not null then null
        when status_code = 'forwarded' then coalesce(forwarded_at, closed_event_at, source_updated_at)
        else coalesce(closed_event_at, case when is_unanswered then last_final_reply_at end, source_updated_at)
    end as cancelled_at
from closed
