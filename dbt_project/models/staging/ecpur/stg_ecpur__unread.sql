-- Grain: one filled value that could not be read.
{%- set progress = "v.payload ->> 'percent'" %}
{{ unread_values('ecpur', {
    'Готовность, %': (progress, percent(progress))
}) }}
