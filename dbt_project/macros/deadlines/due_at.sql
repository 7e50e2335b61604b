{#
    The end of a deadline of `amount` (integer) of the row's `unit` that started at `started_at`, on the local day
    `started_on`, moved by `paused` (bigint, in days for days and seconds for hours). A deadline in calendar days
    whose last day is not worked moves by `shift`. A scalar expression: only the unit's own look-up is made. Null
    outside the axis. The row has unit, schedule_code, started_at, started_on, time_zone and start_position.
#}
{% macro due_at(row, amount, shift, paused='0') -%}
    {%- set schedule = row ~ '.schedule_code' -%}
    {%- set calendar_day = '(' ~ row ~ '.started_on + (' ~ amount ~ ') + (' ~ paused ~ ')::integer)' -%}
    {%- set days = '((' ~ amount ~ ') + (' ~ paused ~ ')::integer)' -%}
    {%- set position = '(' ~ row ~ '.start_position + (' ~ amount ~ ') * 3600 + (' ~ paused ~ '))::bigint' -%}
    {%- set last_calendar_day -%}
        case
            when {{ shift }} = 'none' then {{ calendar_day }}
            else (select v.value from {{ shifted_day(schedule, calendar_day, shift) }} as v)
        end
    {%- endset -%}
    {%- set last_working_day -%}
        (select v.value from {{ nth_working_day(schedule, row ~ '.started_on', days) }} as v)
    {%- endset -%}
    case {{ row }}.unit
        when 'calendar_days' then {{ end_of_day(last_calendar_day, row ~ '.time_zone') }}
        when 'working_days' then {{ end_of_day(last_working_day, row ~ '.time_zone') }}
        when 'working_hours' then (select v.value from {{ instant_at(schedule, position) }} as v)
        when 'hours' then {{ row }}.started_at + (({{ amount }}) * 3600 + ({{ paused }})) * interval '1 second'
    end
{%- endmacro %}
