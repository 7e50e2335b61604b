-- Grain: one filled value that could not be read.
{%- set progress = "v.payload ->> 'progress'" %}
{{ unread_values('measures', {
    'Готовность, %': (progress, percent(progress))
}) }}
