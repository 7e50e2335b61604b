{# Seconds as hours and minutes; less than an hour as minutes. #}
{% macro hours_ru(seconds) -%}
    case when ({{ seconds }}) < 3600 then ({{ seconds }}) / 60 || ' мин' else
        {{ counted_ru('((' ~ seconds ~ ') / 3600)', 'час', 'часа', 'часов') }}
        || case when ({{ seconds }}) % 3600 >= 60 then ' ' || ({{ seconds }}) % 3600 / 60 || ' мин' else '' end
    end
{%- endmacro %}
