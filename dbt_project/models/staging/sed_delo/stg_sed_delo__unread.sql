-- Grain: one filled value that could not be read.
{%- set lines = "select btrim(s.line) from unnest(string_to_array(v.payload ->> '%s', e'\\n')) as s (line)" %}
{{ unread_values('sed_delo', times={
    'Запрос сведений: дата': lines | replace('%s', 'requested_at'),
    'Запрос сведений: ответ получен': lines | replace('%s', 'request_answered_at')
}) }}
