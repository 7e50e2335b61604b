{# A calendar date from ISO text, or NULL. #}
{% macro iso_date(text) -%}
    case
        when {{ text }} like '____-__-__%' and pg_input_is_valid(left({{ text }}, 10), 'date')
            then left({{ text }}, 10)::date
    end
{%- endmacro %}
