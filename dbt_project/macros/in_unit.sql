{# Time between two instants in the unit of the row's rule: hours of the clock or of work, calendar or working days. #}
{% macro in_unit(moment_from, moment_to) -%}
    case unit
        when 'hours' then extract(epoch from {{ moment_to }} - {{ moment_from }}) / 3600.0
        when 'working_hours'
            then (select v.value from {{ worked_seconds('axis_code', moment_from, moment_to) }} as v) / 3600.0
        when 'calendar_days' then {{ local_date(moment_to, 'time_zone') }} - {{ local_date(moment_from, 'time_zone') }}
        when 'working_days'
            then (
                select v.value
                from {{ working_days_between('axis_code', local_date(moment_from, 'time_zone'), local_date(moment_to, 'time_zone')) }} as v
            )
    end
{%- endmacro %}
