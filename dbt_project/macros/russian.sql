{# Words of explanations. #}

{# Russian plural: 1 день, 2 дня, 5 дней; as «{number} {form}». #}
{% macro counted_ru(number, one, few, many) -%}
    {{ number }} || ' ' || case
        when {{ number }} % 100 between 11 and 14 then '{{ many }}'
        when {{ number }} % 10 = 1 then '{{ one }}'
        when {{ number }} % 10 between 2 and 4 then '{{ few }}'
        else '{{ many }}'
    end
{%- endmacro %}

{# An amount of a rule in its unit. #}
{% macro amount_ru(amount, unit) -%}
    case {{ unit }}
        when 'calendar_days' then {{ counted_ru(amount, 'календарный день', 'календарных дня', 'календарных дней') }}
        when 'working_days' then {{ counted_ru(amount, 'рабочий день', 'рабочих дня', 'рабочих дней') }}
        when 'working_hours' then {{ counted_ru(amount, 'рабочий час', 'рабочих часа', 'рабочих часов') }}
        else {{ counted_ru(amount, 'час', 'часа', 'часов') }}
    end
{%- endmacro %}

{# Seconds as hours and minutes. #}
{% macro hours_ru(seconds) -%}
    {{ counted_ru('((' ~ seconds ~ ') / 3600)', 'час', 'часа', 'часов') }}
    || case when ({{ seconds }}) % 3600 >= 60 then ' ' || ({{ seconds }}) % 3600 / 60 || ' мин' else '' end
{%- endmacro %}

{# A moment as people of the zone write it. #}
{% macro moment_ru(moment, zone) -%}
    to_char({{ moment }} at time zone {{ zone }}, 'DD.MM.YYYY HH24:MI')
{%- endmacro %}
