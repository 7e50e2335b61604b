{# How far a count lies from its expectation on the scale on which counts of any size vary alike (Anscombe). #}
{% macro root_distance(found, expected) -%}
    2 * (sqrt({{ found }} + 0.375) - sqrt({{ expected }} + 0.375))
{%- endmacro %}
