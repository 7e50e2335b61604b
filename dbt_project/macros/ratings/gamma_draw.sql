{#
    A draw of the gamma distribution from a normal one (Wilson, Hilferty), good to a few per cent from shape 0.5 on.
    `middle` and `width` are those of the shape.
#}
{% macro gamma_draw(shape, normal, middle, width) -%}
    ({{ shape }} * power(greatest({{ middle }} + {{ normal }} / {{ width }}, 1e-6), 3))
{%- endmacro %}
