-- Grain: one filled value that could not be read.
{%- set rating = "v.payload ->> 'rating'" %}
{%- set latitude = "v.payload -> 'address' ->> 'lat'" %}
{%- set longitude = "v.payload -> 'address' ->> 'lon'" %}
{{ unread_values('pos', {
    'Оценка': (rating, mark(rating)),
    'Широта': (latitude, degrees(latitude, 90)),
    'Долгота': (longitude, degrees(longitude, 180))
}, times={'История: дата': listed_texts('$.history[*].at')}) }}
