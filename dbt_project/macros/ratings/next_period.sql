{# The first day after a week, month, quarter or year that begins on `start`. #}
{% macro next_period(period, start) -%}
    ({{ start }} + case {{ period }} when 'quarter' then '3 months' else '1 ' || {{ period }} end::interval)::date
{%- endmacro %}
