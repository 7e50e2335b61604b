-- Grain: source × how it writes the status of a measure × day from which it means that.
{{ map_of_sources('measure_status_map', ['status_ref'], ['status_code', 'valid_from', 'valid_to']) }}
