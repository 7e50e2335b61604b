-- Grain: one filled value that could not be read.
{{ unread_values('incident_api', times={'Ответ: дата': listed_texts('$.replies[*].at')}) }}
