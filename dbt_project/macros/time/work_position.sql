{# Seconds of working time from the start of the axis to `moment`. #}
{% macro work_position(schedule, moment) -%}
    (
        select
            w.seconds_before
            + least(extract(epoch from {{ moment }} - w.starts_at)::bigint, w.seconds_after - w.seconds_before) as value
        from {{ ref('int_work_intervals') }} as w
        where
            w.schedule_code = {{ schedule }}
            and w.starts_at <= {{ moment }}
        order by w.starts_at desc
        limit 1
    )
{%- endmacro %}
