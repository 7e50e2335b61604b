{# An amount of a rule in its unit. #}
{% macro amount_ru(amount, unit) -%}
    case
        when {{ unit }} in ('calendar_days', 'working_days') then {{ days_ru(amount, unit) }}
        when {{ unit }} = 'working_hours' then {{ counted_ru(amount, 'рабочий час', 'рабочих часа', 'рабочих часов') }}
        else {{ counted_ru(amount, 'час', 'часа', 'часов') }}
    end
{%- endmacro %}
