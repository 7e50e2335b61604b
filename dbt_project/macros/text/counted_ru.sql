{# Russian plural: 1 день, 2 дня, 5 дней; as «{number} {form}». #}
{% macro counted_ru(number, one, few, many) -%}
    {{ number }} || ' ' || case
        when {{ number }} % 100 between 11 and 14 then '{{ many }}'
        when {{ number }} % 10 = 1 then '{{ one }}'
        when {{ number }} % 10 between 2 and 4 then '{{ few }}'
        else '{{ many }}'
    end
{%- endmacro %}
