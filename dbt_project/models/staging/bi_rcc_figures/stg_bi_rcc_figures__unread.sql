-- Grain: one filled value that could not be read.
{%- set figure = "v.payload ->> 'value'" %}
{{ unread_values('bi_rcc_figures', {
    'Значение': (figure, decimal(figure))
}) }}
