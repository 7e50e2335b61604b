-- Grain: source × how it writes a municipality.
{{ map_of_sources('municipality_map', ['municipality_ref'], ['municipality_code']) }}
