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

scopes as (
    select * from {{ ref('int_deadline_scopes') }}
),

stages as (
    select * from {{ ref('stages') }}
),

milestones as (
    select * from {{ ref('int_milestones') }}
),

items as (
    select
        i.feedback_key,
        i.time_zone,
        i.municipality_code,
        i.channel_code,
        i.received_at,
        i.source_due_at,
        i.promised_at,
        coalesce(k.block_code, i.block_code) as block_code,
        coalesce(k.recipient_code, i.recipient_code) as recipient_code,
        coalesce(k.known_from, '-infinity') as known_from,
        coalesce(k.known_to, 'infinity') as known_to,
        {{ scope_key('i', 'k') }} as scope_key
    from feedback as i
    left join attribute_history as k on i.feedback_key = k.feedback_key
    where {{ only('i.feedback_key', ref('int_touched'), 'feedback_key') }}
),

started as (
    select
        i.feedback_key,
        i.time_zone,
        i.municipality_code,
        i.channel_code,
        i.block_code,
        -- the delay of another body is not the executor's
        case when g.owner = 'other_body' then 'other_body' else i.recipient_code end as recipient_code,
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
        m.deferred_at,
        s.ends_on_deferral,
        case s.rule_code
            when 'source_target' then i.source_due_at
            when 'promised_date' then {{ end_of_day(local_date('i.promised_at', 'i.time_zone'), 'i.time_zone') }}
        end as source_due_at,
        case s.start_event
            when 'received' then i.received_at
            -- until it is registered, the clock starts at the receipt
            when 'registered' then coalesce(m.registered_at, i.received_at)
            else {{ milestone('s.start_event', 'm') }}
        end as started_at,
        {{ milestone('s.stop_event', 'm') }} as done_at,
        -- what ends an item without an answer ends neither its registration nor the notice of its forwarding
        case when s.stop_event not in ('registered', 'forwarding_notice') then m.cancelled_at end as cancelled_at,
        case when s.stop_event not in ('registered', 'forwarding_notice') then m.ending end as ending
    from items as i
    inner join milestones as m on i.feedback_key = m.feedback_key
    inner join scopes as s on i.scope_key = s.scope_key
    inner join stages as g on s.stage = g.stage
    where s.only_if_event is null or {{ milestone('s.only_if_event', 'm') }} is not null
),

-- a deferral in the course of a stage takes it off control; the stage `deferred` goes on
ended as (
    select
        s.feedback_key,
        s.time_zone,
        s.municipality_code,
        s.channel_code,
        s.block_code,
        s.recipient_code,
        s.known_from,
        s.known_to,
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
        s.extended_at,
        s.source_due_at,
        s.started_at,
        case when not d.is_deferred then s.done_at end as done_at,
        case when d.is_deferred then s.deferred_at else s.cancelled_at end as cancelled_at,
        case when d.is_deferred then 'deferred' else s.ending end as ending
    from started as s
    cross join lateral (
        select
            coalesce(
                s.ends_on_deferral
                and s.deferred_at >= s.started_at
                and s.deferred_at < coalesce(s.done_at, 'infinity'), false
            ) as is_deferred
    ) as d
    where
        s.started_at is not null
        -- a date before the deferral promises nothing
        and (s.rule_code != 'promised_date' or s.source_due_at >= s.started_at)
),

-- `offset 0`: what is computed here is not computed again for every use
dated as (
    select
        *,
        {{ local_date('started_at', 'time_zone') }} as started_on,
        coalesce(done_at, cancelled_at, 'infinity') as stopped_at,
        coalesce({{ local_date('coalesce(done_at, cancelled_at)', 'time_zone') }}, 'infinity') as stopped_on
    from ended
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
    ending,
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
