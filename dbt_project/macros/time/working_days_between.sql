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
