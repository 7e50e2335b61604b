{# Around what the cube root of a gamma draw of the shape lies, of the shape's own. #}
{% macro gamma_middle(shape) -%}
    1 - 1 / (9 * {{ shape }})
{%- endmacro %}
