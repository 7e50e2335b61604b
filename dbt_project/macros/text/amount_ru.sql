{# An amount of a rule in its unit. #}
{% macro amount_ru(amount, unit) -%}
    case {{ unit }}
        when 'calendar_days' then {{ counted_ru(amount, 'календарный день', 'календарных дня', 'календарных дней') }}
        when 'working_days' then {{ counted_ru(amount, 'рабочий день', 'рабочих дня', 'рабочих дней') }}
        when 'working_hours' then {{ counted_ru(amount, 'рабочий час', 'рабочих часа', 'рабочих часов') }}
        else {{ counted_ru(amount, 'час', 'часа', 'часов') }}
    end
{%- endmacro %}
