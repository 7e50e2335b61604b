-- Grain: scheme × period × unit. The median age of the items whose deadline came in the period: from the receipt to the
-- answer; an open one counts with its age at the end of the period (or `as_of`). Several schemes rate the same units:
-- an age is sorted once for all of them.
--
-- No nested loops: the planner takes a join by several keys of sub-selects for one row, and then compared all with all
-- (five minutes for 3,000 items).
{{ config(
    materialized='incremental', incremental_strategy='replace',
    meta={'replace': 'int_recount_periods', 'key': 'period_key'},
    tags=['each_run'], pre_hook='set local enable_nestloop = off'
) }}

with feedback as (
    select * from {{ ref('int_feedback') }}
),

deadlines as (
    select * from {{ ref('int_answer_deadlines') }}
),

units as (
    select
        period,
        only_channel,
        scheme_code,
        unit_code,
        valid_from,
        valid_to,
        array_agg(recipient_code || ' ' || coalesce(block_code, '') order by recipient_code, block_code) as members
    from {{ ref('int_rating_units') }}
    group by period, only_channel, scheme_code, unit_code, valid_from, valid_to
),

numbered as (
    select
        *,
        dense_rank() over (order by period, only_channel, members)::integer as set_no
    from units
),

judged as materialized (
    select
        i.recipient_code,
        i.block_code,
        i.channel_code,
        i.time_zone,
        i.received_at,
        d.due_on,
        d.done_at,
        d.is_met
    from deadlines as d
    inner join feedback as i on d.feedback_key = i.feedback_key
    where
        d.is_main
        and d.due_at < {{ as_of() }}
        {% if not is_full() -%}
        -- no zone is a day away
        and d.due_at >= (select min(period_start) - 2 from {{ ref('int_recount_periods') }})
        {% endif -%}
        and (d.is_met or d.is_missed)
        and {{ from_citizen('i') }}
),

-- small tables, so that nothing is worked out for each item that holds for many
answerers as (
    select distinct
        recipient_code,
        block_code,
        channel_code
    from judged
),

members as materialized (
    select distinct
        n.set_no,
        n.period,
        a.recipient_code,
        a.block_code,
        a.channel_code
    from numbered as n
    inner join {{ ref('int_rating_units') }} as u on n.scheme_code = u.scheme_code and n.unit_code = u.unit_code
    inner join answerers as a
        on
            u.recipient_code = a.recipient_code
            and coalesce(u.block_code, a.block_code) = a.block_code
            and u.only_channel in ('', a.channel_code)
),

calendar as materialized (
    select
        p.period,
        p.due_on,
        p.period_start,
        ({{ next_period('p.period', 'p.period_start') }})::timestamp as period_end
    from (
        select
            u.period,
            j.due_on,
            date_trunc(u.period, j.due_on::timestamp)::date as period_start
        from (select distinct due_on from judged) as j
        cross join (select distinct period from units) as u
    ) as p
    where {{ in_recounted_periods(period_key('p.period', 'p.period_start')) }}
),

aged as (
    select
        m.set_no,
        c.period_start,
        greatest(
            extract(
                epoch from
                case
                    -- an answer in time came before the period ended
                    when j.is_met then j.done_at
                    else least(j.done_at, c.period_end at time zone j.time_zone, {{ as_of() }})
                end - j.received_at
            )::double precision,
            0
        ) / 86400 as days
    from judged as j
    inner join members as m
        on
            j.recipient_code = m.recipient_code
            and j.block_code = m.block_code
            and j.channel_code = m.channel_code
    inner join calendar as c on m.period = c.period and j.due_on = c.due_on
),

-- one sort for all: percentile_cont would sort the groups, and then each of them
sorted as (
    select
        set_no,
        period_start,
        array_agg(days order by days) as days,
        count(*)::integer as items_count
    from aged
    group by set_no, period_start
),

medians as (
    select
        set_no,
        period_start,
        round(
            (days[(items_count + 1) / 2] + 0.5 * (days[items_count / 2 + 1] - days[(items_count + 1) / 2]))::numeric, 2
        ) as median_days
    from sorted
)

select
    {{ period_key('n.period', 'm.period_start') }} as period_key,
    n.scheme_code,
    n.unit_code,
    m.median_days
from medians as m
inner join numbered as n on m.set_no = n.set_no and {{ in_force('n', 'm.period_start') }}
