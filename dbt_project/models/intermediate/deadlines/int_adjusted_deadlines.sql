-- Grain: item × stage whose deadline a pause or an extension may have moved; all others end as their rule says. A pause
-- or an extension after the deadline moves nothing.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_touched', 'key': 'feedback_key'},
    tags=['each_run'],
    indexes=[{'columns': ['feedback_key', 'stage'], 'unique': true}]
) }}

with stage_pauses as (
    select * from {{ ref('int_pauses') }}
),

stage_clocks as (
    select * from {{ ref('int_clocks') }}
),

rules as (
    select * from {{ ref('int_deadline_rules') }}
),

pauses as (
    select
        *,
        sum(coalesce(paused_amount, 0)) over so_far as amount_so_far,
        sum(coalesce(paused_seconds, 0)) over so_far as seconds_so_far
    from stage_pauses
    where {{ only('feedback_key', ref('int_touched'), 'feedback_key') }}
    window so_far as (partition by feedback_key, stage order by pause_no)
),

clocks as (
    select
        c.feedback_key,
        c.stage,
        c.schedule_code,
        c.time_zone,
        c.started_at,
        {{ local_date('c.started_at', 'c.time_zone') }} as started_on,
        {{ start_position('c', 'r.unit') }} as start_position,
        case when c.extended_at > c.started_at and r.extension_amount > 0 then c.extended_at end as extended_at,
        r.unit,
        r.shift,
        case when r.shift = 'none' then 'none' else 'previous' end as control_shift,
        r.amount,
        r.control_amount,
        r.extension_amount
    from stage_clocks as c
    inner join rules as r on c.rule_code = r.rule_code
    where
        (r.pause_event is not null or r.extension_amount > 0)
        and {{ only('c.feedback_key', ref('int_touched'), 'feedback_key') }}
),

-- a deadline is counted without a pause, and anew after each one
steps as (
    select
        c.*,
        0 as pause_no,
        0::bigint as amount_so_far,
        0::bigint as seconds_so_far,
        null::timestamptz as paused_at,
        false as is_open
    from clocks as c
    where
        c.extended_at is not null
        or exists (select from pauses as p where c.feedback_key = p.feedback_key and c.stage = p.stage)
    union all
    select
        c.*,
        p.pause_no,
        p.amount_so_far::bigint,
        p.seconds_so_far::bigint,
        p.paused_at,
        p.ends_at is null as is_open
    from clocks as c
    inner join pauses as p on c.feedback_key = p.feedback_key and c.stage = p.stage
),

-- with the extension and without it
ends as (
    select
        s.*,
        {{ due_at('s', 's.amount', 's.shift', 's.amount_so_far') }} as due_at,
        {{ due_at('s', 's.control_amount', 's.control_shift', 's.amount_so_far') }} as control_due_at,
        case when s.extended_at is not null
            then {{ due_at('s', 's.amount + s.extension_amount', 's.shift', 's.amount_so_far') }}
        end as extended_due_at,
        case when s.extended_at is not null
            then {{ due_at('s', 's.control_amount + s.extension_amount', 's.control_shift', 's.amount_so_far') }}
        end as extended_control_due_at
    from steps as s
    offset 0
),

-- the deadline as it was when the extension came; while a pause is open, no deadline passes
extended as (
    select
        *,
        extended_at <= max(due_at) filter (where pause_no = 0 or paused_at < extended_at) over so_far
        or coalesce(bool_or(is_open and paused_at < extended_at) over so_far, false) as is_extended
    from ends
    window so_far as (partition by feedback_key, stage order by pause_no)
),

-- each pause against the deadline as the pauses before it left it
met as (
    select
        *,
        coalesce(
            paused_at <= lag(case when is_extended and paused_next >= extended_at then extended_due_at else due_at end)
                over (partition by feedback_key, stage order by pause_no),
            pause_no = 0
        ) as is_met
    from (
        select
            *,
            lead(paused_at) over (partition by feedback_key, stage order by pause_no) as paused_next
        from extended
    ) as e
),

-- after a pause that came too late nothing counts
counted as (
    select *
    from (
        select
            *,
            bool_and(is_met) over (partition by feedback_key, stage order by pause_no) as is_counted
        from met
    ) as m
    where is_counted
),

last_step as (
    select distinct on (feedback_key, stage)
        *,
        max(paused_at) filter (where is_open) over (partition by feedback_key, stage) as paused_since
    from counted
    order by feedback_key, stage, pause_no desc
)

select
    feedback_key,
    stage,
    coalesce(is_extended, false) as is_extended,
    case when is_extended then extended_due_at else due_at end as due_at,
    case when is_extended then extended_control_due_at else control_due_at end as control_due_at,
    amount_so_far as paused_amount,
    seconds_so_far as paused_seconds,
    paused_since
from last_step
