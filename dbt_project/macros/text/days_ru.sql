{# A number of calendar or working days. #}
{% macro days_ru(number, unit) -%}
    case {{ unit }}
        when 'calendar_days' then {{ counted_ru(number, 'календарный день', 'календарных дня', 'календарных дней') }}
        when 'working_days' then {{ counted_ru(number, 'рабочий день', 'рабочих дня', 'рабочих дней') }}
    end
{%- endmacro %}
