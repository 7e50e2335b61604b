-- Grain: source × how it writes a status × day from which it means that.
{{ map_of_sources('status_map', ['status_ref'], ['status_code', 'valid_from', 'valid_to']) }}
