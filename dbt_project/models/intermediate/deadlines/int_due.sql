-- Grain: item × stage. When the term and the control term end, by the unit of the rule.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_touched', 'key': 'feedback_key'},
    tags=['each_run'],
    indexes=[{'columns': ['feedback_key', 'stage'], 'unique': true}]
) }}

with clocks as (
    select
        c.feedback_key,
        c.stage,
        c.rule_code,
        c.started_at,
        r.unit,
        r.schedule_code,
        r.shift,
        r.amount,
        r.control_amount,
        r.extension_amount,
        i.time_zone,
        {{ local_date('c.started_at', 'i.time_zone') }} as started_on,
        date_trunc('second', m.extended_at) as extended_at
    from {{ ref('int_clocks') }} as c
    inner join {{ ref('int_deadline_rules') }} as r on c.rule_code = r.rule_code
    inner join {{ ref('int_feedback') }} as i on c.feedback_key = i.feedback_key
    inner join {{ ref('int_milestones') }} as m on c.feedback_key = m.feedback_key
    where {{ only('c.feedback_key', ref('int_touched'), 'feedback_key') }}
),

-- every term is counted as many times as it is needed: the term, the control term, and both once more if extended
terms as (
    select
        c.*,
        t.term,
        t.term_amount,
        case when t.is_control and c.shift != 'none' then 'previous' else c.shift end as term_shift
    from clocks as c
    cross join lateral (
        values
        ('due', c.amount, false),
        ('control', c.control_amount, true),
        ('extended_due', c.amount + c.extension_amount, false),
        ('extended_control', c.control_amount + c.extension_amount, true)
    ) as t (term, term_amount, is_control)
    where
        t.term in ('due', 'control')
        or (c.extended_at > c.started_at and c.extension_amount > 0)
),

counted as (
    select
        t.feedback_key,
        t.stage,
        t.term,
        {{ end_of_day('d.value', 't.time_zone') }} as ends_at
    from terms as t
    cross join lateral {{ shifted_day('t.schedule_code', '(t.started_on + t.term_amount)', 't.term_shift') }} as d
    where t.unit = 'calendar_days'

    union all

    select
        t.feedback_key,
        t.stage,
        t.term,
        {{ end_of_day('d.value', 't.time_zone') }} as ends_at
    from terms as t
    cross join lateral {{ nth_working_day('t.schedule_code', 't.started_on', 't.term_amount') }} as d
    where t.unit = 'working_days'

    union all

    select
        t.feedback_key,
        t.stage,
        t.term,
        d.value as ends_at
    from terms as t
    cross join lateral {{ after_worked_seconds('t.schedule_code', 't.started_at', '(t.term_amount * 3600)::bigint') }} as d
    where t.unit = 'working_hours'

    union all

    select
        t.feedback_key,
        t.stage,
        t.term,
        t.started_at + t.term_amount * interval '1 hour' as ends_at
    from terms as t
    where t.unit = 'hours'
),

ends as (
    select
        feedback_key,
        stage,
        max(ends_at) filter (where term = 'due') as due_at,
        max(ends_at) filter (where term = 'control') as control_due_at,
        max(ends_at) filter (where term = 'extended_due') as extended_due_at,
        max(ends_at) filter (where term = 'extended_control') as extended_control_due_at
    from counted
    group by feedback_key, stage
)

select
    c.feedback_key,
    c.stage,
    -- an extension that came after the term had ended extends nothing
    coalesce(c.extended_at <= e.due_at and e.extended_due_at is not null, false) as is_extended,
    case when c.extended_at <= e.due_at then coalesce(e.extended_due_at, e.due_at) else e.due_at end as due_at,
    case
        when c.extended_at <= e.due_at then coalesce(e.extended_control_due_at, e.control_due_at) else e.control_due_at
    end as control_due_at
from clocks as c
inner join ends as e on c.feedback_key = e.feedback_key and c.stage = e.stage
