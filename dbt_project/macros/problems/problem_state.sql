{# How a problem (`row`: an alias of fct_problems) stands at `at`: opened → answered → quiet → returned. #}
{% macro problem_state(row, at) -%}
    case
        when {{ row }}.open_count > 0 and {{ row }}.returns_count > 0 then 'returned'
        when {{ row }}.open_count > 0 then 'opened'
        when
            greatest({{ row }}.answered_at, {{ row }}.last_at)
            > {{ at }} - {{ var('problems').quiet_days }} * interval '1 day'
            then 'answered'
        else 'quiet'
    end
{%- endmacro %}
