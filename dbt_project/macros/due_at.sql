{#
    When a term of `amount` (integer) of the row's `unit` ends that started at `started_at`, on the local day `started_on`,
    moved by `paused` (bigint, in days for days and seconds for hours) and, in calendar days, from a last day that is
    not worked by `shift`. A scalar expression: of the look-ups only the unit's own is made. Null outside the axis.
    The row has unit, schedule_code, started_at, started_on, time_zone and start_position.
#}
{% macro due_at(row, amount, shift, paused='0') -%}
    case {{ row }}.unit
        when 'calendar_days'
            then {{ end_of_day(
                "case when " ~ shift ~ " = 'none' then " ~ row ~ ".started_on + (" ~ amount ~ ") + (" ~ paused ~ ")::integer"
                ~ " else (select v.value from " ~ shifted_day(row ~ '.schedule_code', '(' ~ row ~ '.started_on + (' ~ amount ~ ') + (' ~ paused ~ ')::integer)', shift) ~ " as v) end",
                row ~ '.time_zone'
            ) }}
        when 'working_days'
            then {{ end_of_day(
                '(select v.value from ' ~ nth_working_day(row ~ '.schedule_code', row ~ '.started_on', '((' ~ amount ~ ') + (' ~ paused ~ ')::integer)') ~ ' as v)',
                row ~ '.time_zone'
            ) }}
        when 'working_hours'
            then (
                select v.value
                from {{ instant_at(row ~ '.schedule_code', '(' ~ row ~ '.start_position + (' ~ amount ~ ') * 3600 + (' ~ paused ~ '))::bigint') }} as v
            )
        when 'hours' then {{ row }}.started_at + (({{ amount }}) * 3600 + ({{ paused }})) * interval '1 second'
    end
{%- endmacro %}

{# Where the row's start lies on the axis; looked up once, and only for terms in working hours. #}
{% macro start_position(row, unit) -%}
    case when {{ unit }} = 'working_hours' then (select v.value from {{ work_position(row ~ '.schedule_code', row ~ '.started_at') }} as v) end
{%- endmacro %}
