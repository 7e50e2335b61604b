-- Grain: source × how it writes a recipient × day from which it means that.
{{ map_of_sources(
    'recipient_map', ['municipality_code', 'recipient_ref'], ['recipient_code', 'valid_from', 'valid_to']
) }}
