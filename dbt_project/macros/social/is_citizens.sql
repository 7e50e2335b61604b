{# True if a payload is what a citizen wrote: not the official page, not its own record, not a service message. #}
{% macro is_citizens(payload) -%}
    ({{ payload }} ->> 'is_official' = 'false' and {{ payload }} ->> 'kind' not in ('page', 'service'))
{%- endmacro %}
