{# What people found in an answer, by the words of the register (plugins/mcu/registers/reviews.py). #}
{% macro review_verdict(text) -%}
    case lower(btrim({{ text }}))
        when 'по существу' then 'substantive'
        when 'неполный ответ' then 'partial'
        when 'отписка' then 'hollow'
        when 'ошибка коммуникации' then 'communication_error'
        when 'конфликтная ситуация' then 'conflict'
    end
{%- endmacro %}
