{#
    The calendar day of a text in `zone` (SQL, by default the installation's): of an instant the local day; a day
    without a time stands as it is written.
#}
{% macro local_day(text, zone=none) -%}
    {%- set zone = zone or "'" ~ var('time_zone') ~ "'" -%}
    ({{ instant(text, zone) }} at time zone {{ zone }})::date
{%- endmacro %}
