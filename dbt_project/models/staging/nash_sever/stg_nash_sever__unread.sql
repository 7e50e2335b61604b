-- Grain: one filled value that could not be read.
{%- set rating = "v.payload ->> 'rating'" %}
{%- set latitude = "v.payload -> 'point' ->> 'lat'" %}
{%- set longitude = "v.payload -> 'point' ->> 'lon'" %}
{{ unread_values('nash_sever', {
    'Оценка': (rating, mark(rating)),
    'Широта': (latitude, degrees(latitude, 90)),
    'Долгота': (longitude, degrees(longitude, 180))
}) }}
