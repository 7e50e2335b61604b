{# Where the row's start lies on the axis; looked up once, and only for deadlines in working hours. #}
{% macro start_position(row, unit) -%}
    case
        when {{ unit }} = 'working_hours'
            then (select v.value from {{ work_position(row ~ '.schedule_code', row ~ '.started_at') }} as v)
    end
{%- endmacro %}
