-- Grain: one filled value that could not be read.
{%- set latitude = "replace(v.payload ->> 'latitude', ',', '.')" %}
{%- set longitude = "replace(v.payload ->> 'longitude', ',', '.')" %}
{{ unread_values('bi_rcc_problems', {
    'Широта': (latitude, degrees(latitude, 90)),
    'Долгота': (longitude, degrees(longitude, 180))
}) }}
