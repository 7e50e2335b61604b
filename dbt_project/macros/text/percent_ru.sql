{# A share (0–1) as «12,3 %». #}
{% macro percent_ru(share) -%}
    replace(round(100 * {{ share }}, 1)::text, '.', ',') || ' %'
{%- endmacro %}
