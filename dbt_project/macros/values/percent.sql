{# A share of 0…100 per cent, or NULL. #}
{% macro percent(text) -%}
    case when {{ text }} ~ '^(100|\d{1,2})([.,]\d+)?$' then least(replace({{ text }}, ',', '.')::numeric, 100) end
{%- endmacro %}
