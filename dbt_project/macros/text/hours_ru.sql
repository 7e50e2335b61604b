{# Seconds as hours and minutes. #}
{% macro hours_ru(seconds) -%}
    {{ counted_ru('((' ~ seconds ~ ') / 3600)', 'час', 'часа', 'часов') }}
    || case when ({{ seconds }}) % 3600 >= 60 then ' ' || ({{ seconds }}) % 3600 / 60 || ' мин' else '' end
{%- endmacro %}
