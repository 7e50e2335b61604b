-- Grain: source × how it writes a topic × day from which it means that.
{{ map_of_sources('topic_map', ['topic_ref'], ['topic_code', 'valid_from', 'valid_to']) }}
