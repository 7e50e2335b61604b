{# The last second of a local day: a deadline in days runs until 24:00 of its last day (ГК РФ, ст. 194). #}
{% macro end_of_day(day, zone) -%}
    (({{ day }} + 1)::timestamp at time zone {{ zone }} - interval '1 second')
{%- endmacro %}
