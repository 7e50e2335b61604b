-- Grain: item × stage × pause, in order. A pause stops the clock of the stage by its rule: from the event that pauses
-- to the next one that resumes, cut by the start and the end of the stage. A pause without a resume is here only where
-- the rule counts it: until the stage is done, or open (`ends_at` empty). A resume after the stage is done moves no
-- closed deadline. Amounts are in the rule's unit: days, or seconds for hours.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_touched', 'key': 'feedback_key'},
    tags=['each_run'],
    indexes=[{'columns': ['feedback_key', 'stage', 'pause_no'], 'unique': true}]
) }}
{%- set paused_on = local_date('p.paused_at', 'p.time_zone') %}
{%- set ends_on = local_date('p.ends_at', 'p.time_zone') %}

with stage_clocks as (
    select * from {{ ref('int_clocks') }}
),

rules as not materialized (
    select * from {{ ref('int_deadline_rules') }}
),

item_events as (
    select * from {{ ref('int_events') }}
),

clocks as (
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
    from stage_clocks as c
    inner join rules as r on c.rule_code = r.rule_code
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
        occurred_at
    from item_events
    where
        event_code = any(
            array(select unnest(array[pause_event, resume_event]) from rules where pause_event is not null)
        )
        and {{ only('feedback_key', ref('int_touched'), 'feedback_key') }}
),

events as (
    select
        c.*,
        e.event_code = c.pause_event as is_pause,
        e.occurred_at,
        e.event_no
    from clocks as c
    inner join pausing as e
        on c.feedback_key = e.feedback_key and e.event_code in (c.pause_event, c.resume_event)
),

instants as (
    select
        *,
        bool_and(is_pause) over same_instant or not bool_or(is_pause) over same_instant as is_plain
    from events
    window same_instant as (partition by feedback_key, stage, occurred_at)
),

-- Most sources keep times to the second. The state of the clock decides which of a pause and a resume at one instant
-- came first: a stopped clock was resumed and paused again, a running one was paused and resumed.
ordered as (
    select
        *,
        coalesce(
            max(case when is_plain then event_no * 2 + is_pause::integer end) over (
                partition by feedback_key, stage
                order by occurred_at groups between unbounded preceding and 1 preceding
            ) % 2 = 1, false
        ) = is_pause as is_second
    from instants
),

changes as (
    select
        *,
        coalesce(lag(is_pause) over in_order = is_pause, false) as is_again
    from ordered
    window in_order as (partition by feedback_key, stage order by occurred_at, is_second, event_no)
),

pauses as (
    select
        *,
        lead(occurred_at) over (
            partition by feedback_key, stage order by occurred_at, is_second, event_no
        ) as resumed_at
    from changes
    where not is_again
),

cut as (
    select
        p.feedback_key,
        p.stage,
        p.schedule_code,
        p.time_zone,
        p.unit,
        greatest(w.occurred_at, p.started_at) as paused_at,
        -- the resume, or the end of the stage
        least(w.resumed_at, p.stopped_at) as ends_at,
        a.is_answered
    from pauses as p
    -- deadlines are kept to the second
    cross join lateral (
        select
            date_trunc('second', p.occurred_at) as occurred_at,
            date_trunc('second', p.resumed_at) as resumed_at
    ) as w
    cross join lateral (
        select w.resumed_at is not null and (p.stopped_at is null or w.resumed_at <= p.stopped_at) as is_answered
    ) as a
    where
        p.is_pause
        and (a.is_answered or p.counts_unanswered_pause)
        and (w.resumed_at is null or w.resumed_at > p.started_at)
        and (p.stopped_at is null or greatest(w.occurred_at, p.started_at) < p.stopped_at)
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
            then {{ ends_on }} - {{ paused_on }}
        when 'working_days'
            then (
                select v.value
                from {{ working_days_between('p.schedule_code', paused_on, ends_on) }} as v
            )
        when 'working_hours' then w.value
        else extract(epoch from p.ends_at - p.paused_at)
    end::bigint as paused_amount,
    case
        when p.unit in ('working_days', 'working_hours') then w.value
        else extract(epoch from p.ends_at - p.paused_at)
    end::bigint as paused_seconds
from cut as p
left join lateral {{ worked_seconds('p.schedule_code', 'p.paused_at', 'p.ends_at') }} as w on true
