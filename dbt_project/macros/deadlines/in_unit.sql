{# Time between two instants in the unit of the row's rule: hours of the clock or of work, calendar or working days. #}
{% macro in_unit(moment_from, moment_to) -%}
    {%- set day_from = local_date(moment_from, 'time_zone') -%}
    {%- set day_to = local_date(moment_to, 'time_zone') -%}
    case unit
        when 'hours' then extract(epoch from {{ moment_to }} - {{ moment_from }}) / 3600.0
        when 'working_hours'
            then (select v.value from {{ worked_seconds('axis_code', moment_from, moment_to) }} as v) / 3600.0
        when 'calendar_days' then {{ day_to }} - {{ day_from }}
        when 'working_days' then (select v.value from {{ working_days_between('axis_code', day_from, day_to) }} as v)
    end
{%- endmacro %}
