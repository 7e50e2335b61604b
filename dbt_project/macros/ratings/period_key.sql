{# The key of a rating's period: «month 2026-10-01». #}
{% macro period_key(period, start) -%}
    {{ period }} || ' ' || {{ start }}::text
{%- endmacro %}
