{# A coordinate in degrees, or NULL. #}
{% macro degrees(text, limit) -%}
    case
        when pg_input_is_valid({{ text }}, 'double precision') and abs(({{ text }})::double precision) <= {{ limit }}
            then ({{ text }})::double precision
    end
{%- endmacro %}
