-- Grain: one filled value that could not be read.
{{ unread_values('ok', times={'Ответ страницы: дата': listed_texts('$.replies[*].at')}) }}
