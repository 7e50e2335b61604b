-- Grain: scheme × period × unit. The median age of the items whose deadline came in the period: from the receipt to the
-- answer; an open one counts with its age at the end of the period (or `as_of`).
{{ config(
    materialized='incremental', incremental_strategy='replace',
    meta={'replace': 'int_recount_periods', 'key': 'period_key'},
    tags=['each_run']
) }}

with feedback as (
    select * from {{ ref('int_feedback') }}
),

deadlines as (
    select * from {{ ref('int_answer_deadlines') }}
),

-- a number in place of the names: less to sort
units as (
    select
        dense_rank() over (order by scheme_code, unit_code)::integer as unit_no,
        *
    from {{ ref('int_rating_units') }}
),

periods as (
    select distinct
        period,
        only_channel
    from units
),

aged as (
    select
        k.period,
        k.period_start,
        k.period || ' ' || k.only_channel || ' ' || i.recipient_code as join_key,
        i.block_code,
        -- an answer in time came before the period ended
        greatest(
            extract(
                epoch from
                case
                    when d.is_met then d.done_at
                    else least(
                        d.done_at,
                        ({{ next_period('k.period', 'k.period_start') }})::timestamp at time zone i.time_zone,
                        {{ as_of() }}
                    )
                end - i.received_at
            )::double precision,
            0
        ) / 86400 as days
    from deadlines as d
    inner join feedback as i on d.feedback_key = i.feedback_key
    cross join lateral (
        select
            p.period,
            p.only_channel,
            date_trunc(p.period, d.due_on::timestamp)::date as period_start
        from periods as p
        where p.only_channel in ('', i.channel_code)
    ) as k
    where
        d.is_main
        and d.due_at < {{ as_of() }}
        and (d.is_met or d.is_missed)
        and {{ from_citizen('i') }}
        and {{ in_recounted_periods(period_key('k.period', 'k.period_start')) }}
),

medians as (
    select
        u.unit_no,
        a.period_start,
        round((percentile_cont(0.5) within group (order by a.days))::numeric, 2) as median_days
    from aged as a
    inner join units as u
        on
            a.join_key = u.join_key
            and a.block_code = coalesce(u.block_code, a.block_code)
            and {{ in_force('u', 'a.period_start') }}
    group by u.unit_no, a.period_start
)

select
    {{ period_key('u.period', 'm.period_start') }} as period_key,
    u.scheme_code,
    u.unit_code,
    m.median_days
from medians as m
inner join (
    select distinct
        unit_no,
        scheme_code,
        unit_code,
        period
    from units
) as u on m.unit_no = u.unit_no
