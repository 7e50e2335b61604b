{# A mark of 1…5, or NULL. #}
{% macro mark(text) -%}
    case when {{ text }} ~ '^[1-5](\.0+)?$' then left({{ text }}, 1)::smallint end
{%- endmacro %}
