-- Grain: one filled value that could not be read.
{%- set given_mark = "v.payload ->> 'mark'" %}
{%- set latitude = "replace(v.payload ->> 'latitude', ',', '.')" %}
{%- set longitude = "replace(v.payload ->> 'longitude', ',', '.')" %}
{{ unread_values('pos_export', {
    'Оценка': (given_mark, mark(given_mark)),
    'Широта': (latitude, degrees(latitude, 90)),
    'Долгота': (longitude, degrees(longitude, 180))
}) }}
