{# The cell of the map, about a hundred metres, that an item (alias) lies in: text, NULL without coordinates. #}
{% macro map_cell(item) -%}
    (round({{ item }}.latitude * 1000) || ' ' || round({{ item }}.longitude * 1000))
{%- endmacro %}
