-- Grain: item × stage. Which rule counts the stage's term, from when and until when: the most specific rule in force on
-- the local day on which the clock starts. A term that the source itself sets wins over any rule.
-- What the item was (priority, topic, executor) and what the calendar was are taken as they were known when the stage
-- was closed: a later correction does not move a closed term.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_touched', 'key': 'feedback_key'},
    tags=['each_run'],
    indexes=[{'columns': ['feedback_key', 'stage'], 'unique': true}]
) }}

with items as (
    select
        i.feedback_key,
        i.time_zone,
        i.municipality_code,
        i.channel_code,
        i.kind,
        i.received_at,
        i.source_due_at,
        coalesce(k.topic_code, i.topic_code) as topic_code,
        coalesce(k.priority, i.priority) as priority,
        coalesce(k.block_code, i.block_code) as block_code,
        coalesce(k.recipient_code, i.recipient_code) as recipient_code,
        coalesce(k.known_from, '-infinity') as known_from,
        coalesce(k.known_to, 'infinity') as known_to,
        t.is_key as is_key_topic
    from {{ ref('int_feedback') }} as i
    left join {{ ref('int_known') }} as k on i.feedback_key = k.feedback_key
    left join {{ ref('topics') }} as t on coalesce(k.topic_code, i.topic_code) = t.topic_code
    where {{ only('i.feedback_key', ref('int_touched'), 'feedback_key') }}
),

-- rules are matched with the few kinds of items there are, not with each item
scopes as (
    select
        c.municipality_code,
        c.channel_code,
        c.kind,
        c.topic_code,
        c.priority,
        r.rule_code,
        r.stage,
        r.start_event,
        r.stop_event,
        r.only_if_event,
        r.schedule_code,
        r.season_from,
        r.season_to,
        r.valid_from,
        r.valid_to,
        r.specificity
    from (
        select distinct municipality_code, channel_code, kind, topic_code, is_key_topic, priority from items
    ) as c
    inner join {{ ref('int_deadline_rules') }} as r
        on
            coalesce(r.municipality_code, c.municipality_code) = c.municipality_code
            and coalesce(r.channel_code, c.channel_code) = c.channel_code
            and coalesce(r.kind, c.kind) = c.kind
            and starts_with(c.topic_code, coalesce(r.topic_prefix, ''))
            and coalesce(r.is_key_topic, c.is_key_topic, false) = coalesce(c.is_key_topic, false)
            and coalesce(r.priority, c.priority) = c.priority
),

started as (
    select
        i.feedback_key,
        i.time_zone,
        i.block_code,
        i.recipient_code,
        i.known_from,
        i.known_to,
        s.stage,
        s.rule_code,
        s.schedule_code,
        s.season_from,
        s.season_to,
        s.valid_from,
        s.valid_to,
        s.specificity,
        case s.start_event
            when 'received' then i.received_at
            -- until it is registered, the term counts from the receipt
            when 'registered' then coalesce(m.registered_at, i.received_at)
            else {{ milestone('s.start_event', 'm') }}
        end as started_at,
        {{ milestone('s.stop_event', 'm') }} as done_at,
        case when s.stop_event != 'registered' then m.cancelled_at end as cancelled_at
    from items as i
    inner join scopes as s
        on
            i.municipality_code = s.municipality_code
            and i.channel_code = s.channel_code
            and i.kind = s.kind
            and i.topic_code = s.topic_code
            and i.priority = s.priority
    inner join {{ ref('int_milestones') }} as m on i.feedback_key = m.feedback_key
    where s.only_if_event is null or {{ milestone('s.only_if_event', 'm') }} is not null
),

chosen as (
    select distinct on (feedback_key, stage)
        feedback_key,
        stage,
        rule_code,
        schedule_code,
        time_zone,
        block_code,
        recipient_code,
        started_at,
        done_at,
        cancelled_at
    from started as s
    where
        started_at is not null
        and {{ in_force('s', local_date('started_at', 'time_zone')) }}
        and {{ in_season('s', local_date('started_at', 'time_zone')) }}
        and (
            (coalesce(done_at, cancelled_at, 'infinity') >= known_from and coalesce(done_at, cancelled_at) < known_to)
            or (known_to = 'infinity' and coalesce(done_at, cancelled_at, 'infinity') >= known_from)
        )
    order by feedback_key, stage, specificity desc, rule_code
),

by_calendar as (
    select
        c.*,
        coalesce(s.schedule_code, c.schedule_code) as axis_code
    from chosen as c
    left join {{ ref('int_schedules') }} as s
        on
            c.schedule_code = s.base_code
            and coalesce({{ local_date('coalesce(c.done_at, c.cancelled_at)', 'c.time_zone') }}, 'infinity') >= s.known_from
            and (
                s.known_to = 'infinity'
                or {{ local_date('coalesce(c.done_at, c.cancelled_at)', 'c.time_zone') }} < s.known_to
            )
)

select
    coalesce(s.feedback_key, c.feedback_key) as feedback_key,
    coalesce(s.stage, c.stage) as stage,
    coalesce(s.rule_code, c.rule_code) as rule_code,
    case when s.feedback_key is null then c.axis_code end as schedule_code,
    coalesce(c.block_code, s.block_code) as block_code,
    coalesce(c.recipient_code, s.recipient_code) as recipient_code,
    date_trunc('second', coalesce(s.started_at, c.started_at)) as started_at,
    date_trunc('second', coalesce(s.done_at, c.done_at)) as done_at,
    date_trunc('second', coalesce(s.cancelled_at, c.cancelled_at)) as cancelled_at,
    s.due_at as source_due_at
from by_calendar as c
full join (
    select
        i.feedback_key,
        'final' as stage,
        'source_target' as rule_code,
        i.block_code,
        i.recipient_code,
        i.received_at as started_at,
        m.first_final_reply_at as done_at,
        m.cancelled_at,
        i.source_due_at as due_at
    from items as i
    inner join {{ ref('int_milestones') }} as m on i.feedback_key = m.feedback_key
    where
        i.source_due_at is not null
        and i.known_to = 'infinity'
) as s
    on c.feedback_key = s.feedback_key and c.stage = s.stage
