-- Grain: item × stage. Which rule counts the stage's deadline, from when and until when: the most specific rule in
-- force on the local day on which the clock starts. A deadline that the source itself sets wins over any rule. The
-- item's attributes (priority, topic, recipient) and the calendar are taken as they were known when the stage was
-- closed: a later correction does not move a closed deadline.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_touched', 'key': 'feedback_key'},
    tags=['each_run'],
    indexes=[{'columns': ['feedback_key', 'stage'], 'unique': true}]
) }}

with feedback as (
    select * from {{ ref('int_feedback') }}
),

attribute_history as (
    select * from {{ ref('int_attribute_history') }}
),

topics as (
    select * from {{ ref('topics') }}
),

rules as (
    select * from {{ ref('int_deadline_rules') }}
),

schedules as (
    select * from {{ ref('int_schedules') }}
),

milestones as (
    select * from {{ ref('int_milestones') }}
),

items as not materialized (
    select
        i.feedback_key,
        i.time_zone,
        i.municipality_code,
        i.channel_code,
        i.kind,
        i.received_at,
        i.source_due_at,
        i.source_due_at is not null as has_source_deadline,
        coalesce(k.topic_code, i.topic_code) as topic_code,
        coalesce(k.priority, i.priority) as priority,
        coalesce(k.block_code, i.block_code) as block_code,
        coalesce(k.recipient_code, i.recipient_code) as recipient_code,
        coalesce(k.known_from, '-infinity') as known_from,
        coalesce(k.known_to, 'infinity') as known_to,
        -- one key to join by: PostgreSQL cannot estimate how many items share a combination of columns
        concat_ws(
            '/', i.municipality_code, i.channel_code, i.kind, coalesce(k.topic_code, i.topic_code),
            coalesce(k.priority, i.priority), i.source_due_at is not null
        ) as scope_key
    from feedback as i
    left join attribute_history as k on i.feedback_key = k.feedback_key
    where {{ only('i.feedback_key', ref('int_touched'), 'feedback_key') }}
),

kinds_of_items as materialized (
    select distinct
        i.scope_key,
        i.municipality_code,
        i.channel_code,
        i.kind,
        i.topic_code,
        i.priority,
        i.has_source_deadline,
        coalesce(t.is_key, false) as is_key_topic
    from items as i
    left join topics as t on i.topic_code = t.topic_code
),

-- rules are matched with the few kinds of items, not with each item; a schedule has a row for every state of knowledge
-- of its calendar
scopes as materialized (
    select
        c.scope_key,
        r.rule_code,
        r.stage,
        r.start_event,
        r.stop_event,
        r.only_if_event,
        coalesce(s.schedule_code, r.schedule_code) as schedule_code,
        coalesce(s.known_from, '-infinity') as calendar_from,
        coalesce(s.known_to, 'infinity') as calendar_to,
        r.season_from,
        r.season_to,
        r.valid_from,
        r.valid_to,
        r.specificity
    from kinds_of_items as c
    inner join rules as r
        on
            (r.municipality_code is null or c.municipality_code = r.municipality_code)
            and (r.channel_code is null or c.channel_code = r.channel_code)
            and (r.kind is null or c.kind = r.kind)
            and (r.topic_prefix is null or starts_with(c.topic_code, r.topic_prefix))
            and (r.is_key_topic is null or c.is_key_topic = r.is_key_topic)
            and (r.priority is null or c.priority = r.priority)
    left join schedules as s on r.schedule_code = s.base_code

    union all

    -- the deadline that the source itself set, before any rule
    select
        scope_key,
        'source_target' as rule_code,
        'final' as stage,
        'received' as start_event,
        'final_reply' as stop_event,
        null as only_if_event,
        null as schedule_code,
        '-infinity' as calendar_from,
        'infinity' as calendar_to,
        null as season_from,
        null as season_to,
        '-infinity' as valid_from,
        null as valid_to,
        1000 as specificity
    from kinds_of_items
    where has_source_deadline
),

started as (
    select
        i.feedback_key,
        i.time_zone,
        i.municipality_code,
        i.channel_code,
        i.block_code,
        i.recipient_code,
        i.known_from,
        i.known_to,
        s.stage,
        s.rule_code,
        s.schedule_code,
        s.calendar_from,
        s.calendar_to,
        s.season_from,
        s.season_to,
        s.valid_from,
        s.valid_to,
        s.specificity,
        m.extended_at,
        case when s.rule_code = 'source_target' then i.source_due_at end as source_due_at,
        case s.start_event
            when 'received' then i.received_at
            -- until it is registered, the clock starts at the receipt
            when 'registered' then coalesce(m.registered_at, i.received_at)
            else {{ milestone('s.start_event', 'm') }}
        end as started_at,
        {{ milestone('s.stop_event', 'm') }} as done_at,
        case when s.stop_event != 'registered' then m.cancelled_at end as cancelled_at
    from items as i
    inner join milestones as m on i.feedback_key = m.feedback_key
    inner join scopes as s on i.scope_key = s.scope_key
    where s.only_if_event is null or {{ milestone('s.only_if_event', 'm') }} is not null
),

-- `offset 0`: what is computed here is not computed again for every use
dated as (
    select
        *,
        {{ local_date('started_at', 'time_zone') }} as started_on,
        coalesce(done_at, cancelled_at, 'infinity') as stopped_at,
        coalesce({{ local_date('coalesce(done_at, cancelled_at)', 'time_zone') }}, 'infinity') as stopped_on
    from started
    where started_at is not null
    offset 0
)

select distinct on (feedback_key, stage)
    feedback_key,
    stage,
    rule_code,
    schedule_code,
    municipality_code,
    channel_code,
    block_code,
    recipient_code,
    time_zone,
    date_trunc('second', started_at) as started_at,
    date_trunc('second', done_at) as done_at,
    date_trunc('second', cancelled_at) as cancelled_at,
    date_trunc('second', extended_at) as extended_at,
    source_due_at
from dated as d
where
    {{ in_force('d', 'started_on') }}
    and {{ in_season('d', 'started_on') }}
    and stopped_at >= known_from
    and (stopped_at < known_to or known_to = 'infinity')
    and stopped_on >= calendar_from
    and (stopped_on < calendar_to or calendar_to = 'infinity')
order by feedback_key, stage, specificity desc, rule_code
