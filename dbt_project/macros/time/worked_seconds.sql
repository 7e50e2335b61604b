{# Seconds of working time between two instants. #}
{% macro worked_seconds(schedule, moment_from, moment_to) -%}
    (
        select t.value - f.value as value
        from {{ work_position(schedule, moment_from) }} as f
        cross join {{ work_position(schedule, moment_to) }} as t
    )
{%- endmacro %}
