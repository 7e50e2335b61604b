-- Grain: item × stage. When the term and the control term end, by the unit of the rule, moved by pauses and extension.
-- A pause or an extension that came after the term had ended moves nothing.
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
        c.schedule_code,
        r.unit,
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

pauses as (
    select
        *,
        sum(coalesce(paused_amount, 0)) over so_far as amount_so_far,
        sum(coalesce(paused_seconds, 0)) over so_far as seconds_so_far
    from {{ ref('int_pauses') }}
    where {{ only('feedback_key', ref('int_touched'), 'feedback_key') }}
    window so_far as (partition by feedback_key, stage order by pause_no)
),

-- a term is counted without a pause, and anew after each one
steps as (
    select
        *,
        0 as pause_no,
        0::bigint as paused
    from clocks
    union all
    select
        c.*,
        p.pause_no,
        p.amount_so_far::bigint as paused
    from clocks as c
    inner join pauses as p on c.feedback_key = p.feedback_key and c.stage = p.stage
),

-- and as many times as it is needed: the term, the control term, and both once more if extended
terms as (
    select
        c.*,
        t.term,
        t.term_amount,
        case when t.is_control and c.shift != 'none' then 'previous' else c.shift end as term_shift
    from steps as c
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
        t.pause_no,
        t.term,
        {{ end_of_day('d.value', 't.time_zone') }} as ends_at
    from terms as t
    cross join lateral
        {{ shifted_day('t.schedule_code', '(t.started_on + t.term_amount + t.paused::integer)', 't.term_shift') }} as d
    where t.unit = 'calendar_days'

    union all

    select
        t.feedback_key,
        t.stage,
        t.pause_no,
        t.term,
        {{ end_of_day('d.value', 't.time_zone') }} as ends_at
    from terms as t
    cross join lateral {{ nth_working_day('t.schedule_code', 't.started_on', '(t.term_amount + t.paused::integer)') }} as d
    where t.unit = 'working_days'

    union all

    select
        t.feedback_key,
        t.stage,
        t.pause_no,
        t.term,
        d.value as ends_at
    from terms as t
    cross join lateral
        {{ after_worked_seconds('t.schedule_code', 't.started_at', '(t.term_amount * 3600 + t.paused)::bigint') }} as d
    where t.unit = 'working_hours'

    union all

    select
        t.feedback_key,
        t.stage,
        t.pause_no,
        t.term,
        t.started_at + (t.term_amount * 3600 + t.paused) * interval '1 second' as ends_at
    from terms as t
    where t.unit = 'hours'
),

ends as (
    select
        feedback_key,
        stage,
        pause_no,
        max(ends_at) filter (where term = 'due') as due_at,
        max(ends_at) filter (where term = 'control') as control_due_at,
        max(ends_at) filter (where term = 'extended_due') as extended_due_at,
        max(ends_at) filter (where term = 'extended_control') as extended_control_due_at
    from counted
    group by feedback_key, stage, pause_no
),

-- each pause against the term as the ones before it left it; nothing counts after one that did not
judged as (
    select
        p.*,
        bool_and(p.paused_at <= case when p.paused_at >= c.extended_at then coalesce(e.extended_due_at, e.due_at) else e.due_at end)
            over (partition by p.feedback_key, p.stage order by p.pause_no) as is_counted
    from pauses as p
    inner join clocks as c on p.feedback_key = c.feedback_key and p.stage = c.stage
    inner join ends as e on p.feedback_key = e.feedback_key and p.stage = e.stage and e.pause_no = p.pause_no - 1
),

paused as (
    select
        feedback_key,
        stage,
        max(pause_no) as pauses_count,
        count(*) filter (where paused_at < extended_at) as pauses_before_extension,
        max(amount_so_far) as paused_amount,
        max(seconds_so_far) as paused_seconds,
        max(paused_at) filter (where ends_at is null) as paused_since
    from (
        select
            j.*,
            c.extended_at
        from judged as j
        inner join clocks as c on j.feedback_key = c.feedback_key and j.stage = c.stage
        where j.is_counted
    ) as j
    group by feedback_key, stage
),

resolved as (
    select
        c.feedback_key,
        c.stage,
        e.due_at,
        e.control_due_at,
        e.extended_due_at,
        e.extended_control_due_at,
        coalesce(c.extended_at <= b.due_at and e.extended_due_at is not null, false) as is_extended,
        coalesce(p.paused_amount, 0)::bigint as paused_amount,
        coalesce(p.paused_seconds, 0)::bigint as paused_seconds,
        p.paused_since
    from clocks as c
    left join paused as p on c.feedback_key = p.feedback_key and c.stage = p.stage
    inner join ends as e on c.feedback_key = e.feedback_key and c.stage = e.stage and e.pause_no = coalesce(p.pauses_count, 0)
    -- the term as it was when the extension came
    inner join ends as b
        on c.feedback_key = b.feedback_key and c.stage = b.stage and b.pause_no = coalesce(p.pauses_before_extension, 0)
)

select
    feedback_key,
    stage,
    is_extended,
    case when is_extended then extended_due_at else due_at end as due_at,
    case when is_extended then extended_control_due_at else control_due_at end as control_due_at,
    paused_amount,
    paused_seconds,
    paused_since
from resolved
