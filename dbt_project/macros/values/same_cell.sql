{# True if two items lie in one cell of the map. #}
{% macro same_cell(one, other) -%}
    (
        round({{ one }}.latitude * 1000) = round({{ other }}.latitude * 1000)
        and round({{ one }}.longitude * 1000) = round({{ other }}.longitude * 1000)
    )
{%- endmacro %}
