-- Grain: local day × municipality × block × topic × channel: what came new, again and twice, what became overdue, what
-- was deferred, what was closed on that day. Nothing after `as_of`.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_recount_days', 'key': 'date_on'},
    on_schema_change='fail', tags=['each_run']
) }}

with feedback as (
    select * from {{ ref('fct_feedback') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
),

deadlines as (
    select * from {{ ref('int_answer_deadlines') }}
),

events as (
    select * from {{ ref('fct_feedback_events') }}
),

items as not materialized (
    select
        f.feedback_key,
        f.municipality_code,
        f.block_code,
        f.topic_code,
        f.channel_code,
        f.received_at,
        f.received_on,
        f.closed_at,
        f.is_repeat,
        f.is_duplicate,
        m.time_zone
    from feedback as f
    inner join municipalities as m on f.municipality_code = m.municipality_code
    where {{ from_citizen('f') }}
),

received as (
    select
        feedback_key,
        received_on as date_on,
        case when is_repeat then 'repeat' when is_duplicate then 'duplicate' else 'new' end as flow
    from items
    where
        received_at <= {{ as_of() }}
        and {{ only('received_on', ref('int_recount_days'), 'date_on') }}
),

-- one item may break two promises, on two days
overdue as (
    select distinct
        feedback_key,
        due_on as date_on,
        'overdue' as flow
    from deadlines
    where
        due_at < {{ as_of() }}
        and is_missed
        and {{ only('due_on', ref('int_recount_days'), 'date_on') }}
),

deferred as (
    select distinct
        i.feedback_key,
        {{ local_date('e.occurred_at', 'i.time_zone') }} as date_on,
        'deferred' as flow
    from events as e
    inner join items as i on e.feedback_key = i.feedback_key
    where
        e.event_code = 'deferred'
        and e.occurred_at <= {{ as_of() }}
        and {{ only(local_date('e.occurred_at', 'i.time_zone'), ref('int_recount_days'), 'date_on') }}
),

closed as (
    select
        feedback_key,
        {{ local_date('closed_at', 'time_zone') }} as date_on,
        'closed' as flow
    from items
    where
        closed_at <= {{ as_of() }}
        and {{ only(local_date('closed_at', 'time_zone'), ref('int_recount_days'), 'date_on') }}
),

flows as (
    select * from received
    union all
    select * from overdue
    union all
    select * from deferred
    union all
    select * from closed
)

select
    f.date_on,
    i.municipality_code,
    i.block_code,
    i.topic_code,
    i.channel_code,
    (count(*) filter (where f.flow = 'new'))::integer as new_count,
    (count(*) filter (where f.flow = 'repeat'))::integer as repeat_count,
    (count(*) filter (where f.flow = 'duplicate'))::integer as duplicate_count,
    (count(*) filter (where f.flow = 'overdue'))::integer as overdue_count,
    (count(*) filter (where f.flow = 'deferred'))::integer as deferred_count,
    (count(*) filter (where f.flow = 'closed'))::integer as closed_count
from flows as f
inner join items as i on f.feedback_key = i.feedback_key
group by f.date_on, i.municipality_code, i.block_code, i.topic_code, i.channel_code
