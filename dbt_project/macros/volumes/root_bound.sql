{# A bound of the 90 % interval of a count: `side` is - or +. #}
{% macro root_bound(expected, spread, side) -%}
    greatest(round((
        greatest(sqrt({{ expected }} + 0.375) {{ side }} 0.5 * 1.645 * {{ spread }}, 0) ^ 2 - 0.375
    )::numeric, 3), 0)
{%- endmacro %}
