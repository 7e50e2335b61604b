{# The date `day` itself if it is working or `shift` is 'none', else the next or the previous working day. #}
{% macro shifted_day(schedule, day, shift) -%}
    (
        select
            case {{ shift }}
                when 'next' then d.next_working_on
                when 'previous' then d.previous_working_on
                else d.date_on
            end as value
        from {{ ref('int_work_days') }} as d
        where
            d.schedule_code = {{ schedule }}
            and d.date_on = {{ day }}
    )
{%- endmacro %}
