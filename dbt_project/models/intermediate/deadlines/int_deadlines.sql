-- Grain: item × stage of control: by which rule, from when, by when, when it was done, and whose it was then.
-- Independent of the present instant: `rpt_deadline_status` judges it as of a moment. Stored here, read as
-- `fct_deadlines`. The key is a unique index and not a constraint: an index is built once, after the rows are in.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_touched', 'key': 'feedback_key'},
    on_schema_change='fail', tags=['each_run'],
    indexes=[{'columns': ['feedback_key', 'stage'], 'unique': true}, {'columns': ['due_at']}]
) }}
-- depends_on: {{ ref('int_recount_days_before') }}

with stage_clocks as (
    select *
    from {{ ref('int_clocks') }}
    where {{ only('feedback_key', ref('int_touched'), 'feedback_key') }}
),

rules as (
    select * from {{ ref('int_deadline_rules') }}
),

adjusted as (
    select * from {{ ref('int_adjusted_deadlines') }}
),

stages as (
    select * from {{ ref('stages') }}
),

clocks as (
    select
        c.*,
        {{ local_date('c.started_at', 'c.time_zone') }} as started_on,
        {{ start_position('c', 'r.unit') }} as start_position,
        r.legal_basis,
        g.answer,
        coalesce(r.unit, 'hours') as unit,
        r.amount,
        r.shift,
        r.control_amount,
        case when r.shift = 'none' then 'none' else 'previous' end as control_shift,
        a.feedback_key is not null as is_adjusted,
        a.due_at as adjusted_due_at,
        a.control_due_at as adjusted_control_due_at,
        coalesce(a.is_extended, false) as is_extended,
        coalesce(a.paused_amount, 0) as paused_amount,
        coalesce(a.paused_seconds, 0) as paused_seconds,
        a.paused_since
    from stage_clocks as c
    left join rules as r on c.rule_code = r.rule_code
    inner join stages as g on c.stage = g.stage
    left join adjusted as a on c.feedback_key = a.feedback_key and c.stage = a.stage
    offset 0
),

ends as (
    select
        *,
        case
            when source_due_at is not null then source_due_at
            when is_adjusted then adjusted_due_at
            else {{ due_at('c', 'c.amount', 'c.shift') }}
        end as due_at,
        case
            when source_due_at is not null then null
            when is_adjusted then adjusted_control_due_at
            else {{ due_at('c', 'c.control_amount', 'c.control_shift') }}
        end as control_due_at
    from clocks as c
    offset 0
)

select
    feedback_key,
    stage,
    rule_code,
    case
        when rule_code = 'promised_date' then 'Дата исполнения, обещанная автору при отложении решения'
        else coalesce(legal_basis, 'Срок, установленный системой-источником')
    end as legal_basis,
    answer,
    unit,
    schedule_code,
    municipality_code,
    channel_code,
    block_code,
    recipient_code,
    time_zone,
    started_at,
    due_at,
    control_due_at,
    done_at,
    cancelled_at,
    ending,
    is_extended,
    paused_amount,
    paused_seconds,
    paused_since,
    -- The promise to the author that the item stands under now, or stood under last. Each of them is judged where it
    -- ended; this one says whose the item is and how long it took.
    answer is not null
    and stage = first_value(stage) over (
        partition by feedback_key
        order by
            answer is null,
            started_at desc,
            array_position(array['reopened', 'deferred', 'after_interim', 'final', 'first_reply'], stage)
    ) as is_main,
    coalesce(done_at <= due_at, false) as is_met,
    -- Overdue from the instant after `due_at` on. A deadline that is paused, or that was taken off control in time and
    -- never done, is neither met nor missed. What was closed without an answer was not taken off control.
    paused_since is null
    and not coalesce(done_at <= due_at, false)
    and not coalesce(
        cancelled_at <= due_at and done_at is null and ending != 'closed_without_answer', false
    ) as is_missed
from ends
-- outside the years of the working-time axis nothing can be counted: check MART-012 lists such deadlines
where due_at is not null
