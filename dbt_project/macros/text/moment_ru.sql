{# A moment as people of the zone write it. #}
{% macro moment_ru(moment, zone) -%}
    to_char({{ moment }} at time zone {{ zone }}, 'DD.MM.YYYY HH24:MI')
{%- endmacro %}
