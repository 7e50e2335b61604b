{# A share of 0…100 per cent as people write it, or NULL: «95», «95,0 %», «95 проц.», «готовность 95 %». #}
{% macro percent(text) -%}
    {%- set form = '^[\s(«"]*(?:(?:готовность|готово|выполнение|выполнено|исполнение|исполнено|процент)[\s:=–—-]*)*'
        ~ '(?:100(?:[.,]0+)?|\d{1,2}(?:[.,]\d+)?)\s*(?:%|проц\.?|процент|процента|процентов)?[\s.!)»"]*$' -%}
    case
        when {{ plain(text) }} ~ '{{ form }}'
            then replace(substring({{ plain(text) }} from '\d+(?:[.,]\d+)?'), ',', '.')::numeric
    end
{%- endmacro %}
