{# A count: a whole number that is not negative, or NULL. #}
{% macro whole(text) -%}
    case when {{ text }} ~ '^\d{1,18}(\.0+)?$' then split_part({{ text }}, '.', 1)::bigint end
{%- endmacro %}
