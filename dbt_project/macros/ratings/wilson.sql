{# The bounds of a share by Wilson, 90 %: `side` is '-' for the lower one and '+' for the upper one. NULL of nothing. #}
{% macro wilson(good, items, side) -%}
    {%- set z = '1.6448536269514722' -%}
    round(
        (
            {{ good }} + power({{ z }}, 2) / 2
            {{ side }} {{ z }} * sqrt(
                {{ good }} * ({{ items }} - {{ good }})::numeric / nullif({{ items }}, 0) + power({{ z }}, 2) / 4
            )
        ) / nullif({{ items }} + power({{ z }}, 2), power({{ z }}, 2)), 6
    )
{%- endmacro %}
