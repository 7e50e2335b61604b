{# A number as offices write it: a comma or a point, blanks between thousands, a per cent sign; else NULL. #}
{% macro decimal(text) -%}
    case
        when regexp_replace({{ text }}, '[\s\u00a0%]', '', 'g') ~ '^-?\d{1,15}([.,]\d{1,9})?$'
            then replace(regexp_replace({{ text }}, '[\s\u00a0%]', '', 'g'), ',', '.')::numeric
    end
{%- endmacro %}
