{# True if two items (street, house) name two streets or two houses. #}
{% macro other_place(one, other) -%}
    coalesce({{ one }}.street != {{ other }}.street or {{ one }}.house != {{ other }}.house, false)
{%- endmacro %}
