{#
    Working-time arithmetic over the axis of int_work_days and int_work_intervals. Each macro is a sub-select with one
    column `value`, to stand after `cross join lateral` or `left join lateral`: no day is expanded, each look-up
    goes through an index. Arguments are SQL expressions; instants are timestamptz.

    Conventions: an interval is closed at its start and open at its end; a start outside working time counts from the
    next working instant; what falls on the end of an interval stays there (18:00, not 9:00 of the next day);
    terms in days start on the day after.
#}

{# Seconds of working time from the start of the axis to `moment`. #}
{% macro work_position(schedule, moment) -%}
    (
        select
            w.seconds_before
            + least(extract(epoch from {{ moment }} - w.starts_at)::bigint, w.seconds_after - w.seconds_before) as value
        from {{ ref('int_work_intervals') }} as w
        where
            w.schedule_code = {{ schedule }}
            and w.starts_at <= {{ moment }}
        order by w.starts_at desc
        limit 1
    )
{%- endmacro %}

{# Seconds of working time between two instants. #}
{% macro worked_seconds(schedule, moment_from, moment_to) -%}
    (
        select t.value - f.value as value
        from {{ work_position(schedule, moment_from) }} as f
        cross join {{ work_position(schedule, moment_to) }} as t
    )
{%- endmacro %}

{# The instant at a position (bigint, > 0) of the axis: what falls between two intervals is the end of the first. #}
{% macro instant_at(schedule, position) -%}
    (
        select w.starts_at + ({{ position }} - w.seconds_before) * interval '1 second' as value
        from {{ ref('int_work_intervals') }} as w
        where
            w.schedule_code = {{ schedule }}
            and w.seconds_after >= {{ position }}
        order by w.seconds_after
        limit 1
    )
{%- endmacro %}

{# The instant at which `seconds` (bigint, not 0) of working time have passed since `moment`; negative ones go back. #}
{% macro after_worked_seconds(schedule, moment, seconds) -%}
    (
        select w.value
        from {{ work_position(schedule, moment) }} as p
        cross join lateral {{ instant_at(schedule, '(p.value + ' ~ seconds ~ ')') }} as w
    )
{%- endmacro %}

{# `moment` itself in working time, or the start of the next working interval. #}
{% macro next_working_instant(schedule, moment) -%}
    (
        select greatest(w.starts_at, {{ moment }}) as value
        from {{ ref('int_work_intervals') }} as w
        where
            w.schedule_code = {{ schedule }}
            and w.ends_at > {{ moment }}
        order by w.ends_at
        limit 1
    )
{%- endmacro %}

{# The `days`-th (integer, ≥ 0) working day after the date `day`; 0 days end on the day itself, working or not. #}
{% macro nth_working_day(schedule, day, days) -%}
    (
        select case when {{ days }} = 0 then d.date_on else n.date_on end as value
        from {{ ref('int_work_days') }} as d
        inner join {{ ref('int_work_days') }} as n
            on d.schedule_code = n.schedule_code and n.is_working and n.ordinal = d.ordinal + {{ days }}
        where
            d.schedule_code = {{ schedule }}
            and d.date_on = {{ day }}
    )
{%- endmacro %}

{# Working days after the date `day_from` up to and with `day_to`. #}
{% macro working_days_between(schedule, day_from, day_to) -%}
    (
        select t.ordinal - f.ordinal as value
        from {{ ref('int_work_days') }} as f
        inner join {{ ref('int_work_days') }} as t on f.schedule_code = t.schedule_code
        where
            f.schedule_code = {{ schedule }}
            and f.date_on = {{ day_from }}
            and t.date_on = {{ day_to }}
    )
{%- endmacro %}

{# The date `day` itself if it is working or `shift` is 'none', else the next or the previous working day. #}
{% macro shifted_day(schedule, day, shift) -%}
    (
        select case {{ shift }} when 'next' then d.next_working_on when 'previous' then d.previous_working_on else d.date_on end as value
        from {{ ref('int_work_days') }} as d
        where
            d.schedule_code = {{ schedule }}
            and d.date_on = {{ day }}
    )
{%- endmacro %}

{# The last second of a local day: a term in days runs until 24:00 of its last day (ГК РФ, ст. 194). #}
{% macro end_of_day(day, zone) -%}
    (({{ day }} + 1)::timestamp at time zone {{ zone }} - interval '1 second')
{%- endmacro %}

{# The local date of an instant. #}
{% macro local_date(moment, zone) -%}
    (({{ moment }}) at time zone {{ zone }})::date
{%- endmacro %}
