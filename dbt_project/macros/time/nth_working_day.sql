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
