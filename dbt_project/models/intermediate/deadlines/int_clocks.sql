-- Grain: item × stage. Which rule counts the stage's term and from when: the most specific rule in force on the local
-- day on which the clock starts. A term that the source itself sets wins over any rule.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_touched', 'key': 'feedback_key'},
    tags=['each_run'],
    indexes=[{'columns': ['feedback_key', 'stage'], 'unique': true}]
) }}

with items as (
    select
        i.*,
        t.is_key as is_key_topic
    from {{ ref('int_feedback') }} as i
    left join {{ ref('topics') }} as t on i.topic_code = t.topic_code
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
        s.stage,
        s.rule_code,
        s.valid_from,
        s.valid_to,
        s.specificity,
        case s.start_event
            when 'received' then i.received_at
            -- until it is registered, the term counts from the receipt
            when 'registered' then coalesce(m.registered_at, i.received_at)
            when 'interim_reply' then m.interim_reply_at
            when 'first_reply' then m.first_reply_at
        end as started_at
    from items as i
    inner join scopes as s
        on
            i.municipality_code = s.municipality_code
            and i.channel_code = s.channel_code
            and i.kind = s.kind
            and i.topic_code = s.topic_code
            and i.priority = s.priority
    inner join {{ ref('int_milestones') }} as m on i.feedback_key = m.feedback_key
),

chosen as (
    select distinct on (feedback_key, stage)
        feedback_key,
        stage,
        rule_code,
        started_at
    from started as s
    where
        started_at is not null
        and {{ in_force('s', local_date('started_at', 'time_zone')) }}
    order by feedback_key, stage, specificity desc, rule_code
)

select
    coalesce(s.feedback_key, c.feedback_key) as feedback_key,
    coalesce(s.stage, c.stage) as stage,
    coalesce(s.rule_code, c.rule_code) as rule_code,
    date_trunc('second', coalesce(s.started_at, c.started_at)) as started_at,
    s.due_at as source_due_at
from chosen as c
full join (
    select
        feedback_key,
        'final' as stage,
        'source_target' as rule_code,
        received_at as started_at,
        source_due_at as due_at
    from items
    where source_due_at is not null
) as s
    on c.feedback_key = s.feedback_key and c.stage = s.stage
