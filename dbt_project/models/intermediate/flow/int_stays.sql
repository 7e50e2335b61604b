-- Grain: one stay of an item in one state in one pair of hands, from its receipt to its closing. The last event
-- decides; events that leave state and hands as they were begin no new stay. The stay `closed` has no end unless the
-- item was reopened. Positions are seconds on the axis of office hours.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_touched', 'key': 'feedback_key'},
    tags=['each_run'],
    indexes=[{'columns': ['feedback_key', 'stay_no'], 'unique': true}, {'columns': ['left_on']}]
) }}
-- depends_on: {{ ref('int_stays_before') }}

with feedback as (
    select * from {{ ref('int_feedback') }}
),

milestones as (
    select * from {{ ref('int_milestones') }}
),

topics as (
    select * from {{ ref('int_topics') }}
),

item_events as not materialized (
    select * from {{ ref('int_events') }}
),

event_states as (
    select * from {{ ref('event_states') }}
),

items as (
    select
        i.feedback_key,
        i.municipality_code,
        t.block_code,
        i.recipient_code,
        i.time_zone,
        i.received_at,
        i.source_updated_at,
        m.is_open,
        m.closed_at,
        m.reopened_at
    from feedback as i
    inner join milestones as m on i.feedback_key = m.feedback_key
    inner join topics as t on i.feedback_key = t.feedback_key
    where
        i.received_at is not null
        and {{ from_citizen('i') }}
        and {{ only('i.feedback_key', ref('int_touched'), 'feedback_key') }}
),

-- what happened while the item was alive; an event before receipt is a slip of the source
own_events as not materialized (
    select
        i.feedback_key,
        i.is_open,
        i.recipient_code as executor_code,
        greatest(e.occurred_at, i.received_at) as occurred_at,
        e.event_no,
        s.state_code,
        nullif(e.recipient_code, 'none') as named_code,
        e.event_code in ('assigned', 'forwarded') as is_handing
    from items as i
    inner join item_events as e on i.feedback_key = e.feedback_key
    inner join event_states as s on e.event_code = s.event_code
    where
        not {{ is_before_receipt('e.occurred_at', 'i.received_at', 'i.time_zone') }}
        and (i.is_open or e.occurred_at <= i.closed_at)
),

lasts as (
    select distinct on (feedback_key)
        feedback_key,
        occurred_at,
        state_code
    from own_events
    where is_open
    order by feedback_key, event_no desc
),

moves as (
    select
        feedback_key,
        received_at as occurred_at,
        0 as move_no,
        'received' as state_code,
        recipient_code as executor_code,
        null as named_code,
        false as is_handing
    from items
    union all
    select
        feedback_key,
        occurred_at,
        event_no as move_no,
        state_code,
        executor_code,
        named_code,
        is_handing
    from own_events
    union all
    select
        feedback_key,
        greatest(closed_at, received_at) as occurred_at,
        2147483647 as move_no,
        'closed' as state_code,
        recipient_code as executor_code,
        null as named_code,
        false as is_handing
    from items
    where not is_open
    union all
    -- open again, though no event says when
    select
        i.feedback_key,
        greatest(coalesce(i.reopened_at, i.source_updated_at), l.occurred_at) as occurred_at,
        2147483647 as move_no,
        'reopened' as state_code,
        i.recipient_code as executor_code,
        null as named_code,
        false as is_handing
    from items as i
    inner join lasts as l on i.feedback_key = l.feedback_key
    where i.is_open and l.state_code = 'closed'
),

counted as (
    select
        *,
        count(named_code) over (partition by feedback_key order by occurred_at, move_no) as named_no,
        bool_or(is_handing) over (partition by feedback_key) as is_handed
    from moves
),

-- whoever was named last has it
held as (
    select
        *,
        coalesce(
            max(named_code) over (partition by feedback_key, named_no),
            -- a source that tells no handing over: the item lies with its executor from the start
            case when not is_handed then executor_code end,
            'none'
        ) as recipient_code
    from counted
),

changes as (
    select
        *,
        (
            state_code is distinct from lag(state_code) over in_order
            or recipient_code is distinct from lag(recipient_code) over in_order
        ) as is_change
    from held
    window in_order as (partition by feedback_key order by occurred_at, move_no)
),

-- the axis by days of UTC: millions of moments are joined by their day, and not looked up one by one
axis as (
    select
        d::date as day_on,
        w.starts_at,
        w.next_at,
        w.seconds_before,
        w.seconds_after - w.seconds_before as seconds
    from (
        select
            *,
            -- the axis ends with the calendar; no event is dated later than 2099 (`mcu.moments`)
            lead(starts_at, 1, '2101-01-01T00:00Z'::timestamptz) over (order by starts_at) as next_at
        from {{ ref('int_work_intervals') }}
        where schedule_code = 'office'
    ) as w
    cross join lateral generate_series(
        date_trunc('day', w.starts_at at time zone 'UTC'), w.next_at at time zone 'UTC', '1 day'
    ) as d
),

placed as (
    select
        c.*,
        i.municipality_code,
        i.block_code,
        i.time_zone,
        a.seconds_before + least(extract(epoch from c.occurred_at - a.starts_at)::bigint, a.seconds) as position
    from changes as c
    inner join items as i on c.feedback_key = i.feedback_key
    left join axis as a
        on
            (c.occurred_at at time zone 'UTC')::date = a.day_on
            and c.occurred_at >= a.starts_at
            and c.occurred_at < a.next_at
    where c.is_change
)

select
    feedback_key,
    (row_number() over in_order)::integer as stay_no,
    municipality_code,
    block_code,
    recipient_code,
    state_code,
    occurred_at as entered_at,
    lead(occurred_at) over in_order as left_at,
    {{ local_date('occurred_at', 'time_zone') }} as entered_on,
    {{ local_date('lead(occurred_at) over in_order', 'time_zone') }} as left_on,
    lead(state_code) over in_order as next_state_code,
    lead(recipient_code) over in_order as next_recipient_code,
    position::bigint as entered_position,
    (lead(position) over in_order)::bigint as left_position
from placed
window in_order as (partition by feedback_key order by occurred_at, move_no)
