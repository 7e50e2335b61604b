-- Grain: one filled value that could not be read.
{%- set source, given, verdict = "v.payload ->> 'source'", "v.payload ->> 'mark'", "v.payload ->> 'verdict'" %}
{{ unread_values('expert_marks', {
    'Источник': (source, source_by_title(source)),
    'Оценка качества ответа': (given, mark(given)),
    'Вывод': (verdict, review_verdict(verdict))
}) }}
