{# The instant at a position (bigint, > 0) of the axis: what falls between two intervals is the end of the first. #}
{% macro instant_at(schedule, position) -%}
    (
        select w.starts_at + ({{ position }} - w.seconds_before) * interval '1 second' as value
        from {{ ref('int_work_intervals') }} as w
        where
            w.schedule_code = {{ schedule }}
            and w.seconds_after >= {{ position }}
        order by w.seconds_after
        limit 1
    )
{%- endmacro %}
