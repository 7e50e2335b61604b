{# The instant at which `seconds` (bigint, not 0) of working time have passed since `moment`; negative ones go back. #}
{% macro after_worked_seconds(schedule, moment, seconds) -%}
    (
        select w.value
        from {{ work_position(schedule, moment) }} as p
        cross join lateral {{ instant_at(schedule, '(p.value + ' ~ seconds ~ ')') }} as w
    )
{%- endmacro %}
