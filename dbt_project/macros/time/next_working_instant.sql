{# `moment` itself in working time, or the start of the next working interval. #}
{% macro next_working_instant(schedule, moment) -%}
    (
        select greatest(w.starts_at, {{ moment }}) as value
        from {{ ref('int_work_intervals') }} as w
        where
            w.schedule_code = {{ schedule }}
            and w.ends_at > {{ moment }}
        order by w.ends_at
        limit 1
    )
{%- endmacro %}
