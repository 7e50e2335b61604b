{# By what a normal draw is divided before it moves the cube root of a gamma draw. #}
{% macro gamma_width(shape) -%}
    3 * sqrt({{ shape }})
{%- endmacro %}
