-- Grain: item × stage × pause, in order. What stops the clock of the stage by its rule: from the event that pauses to the
-- next one that resumes, cut by the start and the doing. A pause that nothing ended is here only where the rule counts
-- it, until the stage is done, or open (`ends_at` empty). Amounts are in the rule's unit: days, or seconds for hours.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_touched', 'key': 'feedback_key'},
    tags=['each_run'],
    indexes=[{'columns': ['feedback_key', 'stage', 'pause_no'], 'unique': true}]
) }}

with clocks as (
    select
        c.feedback_key,
        c.stage,
        c.schedule_code,
        c.started_at,
        coalesce(c.done_at, c.cancelled_at) as stopped_at,
        r.unit,
        r.pause_event,
        r.resume_event,
        r.counts_unanswered_pause,
        c.time_zone
    from {{ ref('int_clocks') }} as c
    inner join {{ ref('int_deadline_rules') }} as r on c.rule_code = r.rule_code
    where
        r.pause_event is not null
        and {{ only('c.feedback_key', ref('int_touched'), 'feedback_key') }}
),

-- the few events that can pause anything, before the many clocks
pausing as materialized (
    select
        feedback_key,
        event_no,
        event_code,
        date_trunc('second', occurred_at) as occurred_at
    from {{ ref('int_events') }}
    where
        event_code in (
            select unnest(array[pause_event, resume_event]) from {{ ref('int_deadline_rules') }} where pause_event is not null
        )
        and {{ only('feedback_key', ref('int_touched'), 'feedback_key') }}
),

events as (
    select
        c.*,
        e.event_code = c.pause_event as is_pause,
        e.occurred_at,
        e.event_no,
        coalesce(lag(e.event_code) over in_order = e.event_code, false) as is_again
    from clocks as c
    inner join pausing as e
        on c.feedback_key = e.feedback_key and e.event_code in (c.pause_event, c.resume_event)
    window in_order as (partition by c.feedback_key, c.stage order by e.event_no)
),

pauses as (
    select
        *,
        lead(occurred_at) over (partition by feedback_key, stage order by event_no) as resumed_at
    from events
    where not is_again
),

cut as (
    select
        feedback_key,
        stage,
        schedule_code,
        time_zone,
        unit,
        greatest(occurred_at, started_at) as paused_at,
        -- whichever is there: the answer, or the end of the stage
        least(resumed_at, stopped_at) as ends_at,
        resumed_at is not null as is_answered
    from pauses
    where
        is_pause
        and (resumed_at is not null or counts_unanswered_pause)
        and (resumed_at is null or resumed_at > started_at)
        and (stopped_at is null or greatest(occurred_at, started_at) < stopped_at)
)

select
    p.feedback_key,
    p.stage,
    row_number() over (partition by p.feedback_key, p.stage order by p.paused_at)::integer as pause_no,
    p.paused_at,
    p.ends_at,
    p.is_answered,
    case p.unit
        when 'calendar_days'
            then {{ local_date('p.ends_at', 'p.time_zone') }} - {{ local_date('p.paused_at', 'p.time_zone') }}
        when 'working_days'
            then (
                select v.value
                from {{ working_days_between('p.schedule_code', local_date('p.paused_at', 'p.time_zone'), local_date('p.ends_at', 'p.time_zone')) }} as v
            )
        when 'working_hours' then w.value
        else extract(epoch from p.ends_at - p.paused_at)
    end::bigint as paused_amount,
    case when p.unit in ('working_days', 'working_hours') then w.value else extract(epoch from p.ends_at - p.paused_at) end::bigint
        as paused_seconds
from cut as p
left join lateral {{ worked_seconds('p.schedule_code', 'p.paused_at', 'p.ends_at') }} as w on true
