-- Grain: one filled value that could not be read.
{{ unread_values('registry', times={'Вопрос: дата результата': listed_texts('$.questions[*].resultOn')}) }}
