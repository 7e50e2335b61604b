{# The calendar day that an office wrote: dd.mm.yyyy or ISO, with or without a time; the day stands as it is written. #}
{% macro local_day(text) -%}
    ({{ instant(text) }} at time zone 'UTC')::date
{%- endmacro %}
