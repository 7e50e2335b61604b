{# True if an item comes from a citizen; requests between bodies are in the same register, and no обращения. #}
{% macro from_citizen(row) -%}
    {{ row }}.kind != 'body_request'
{%- endmacro %}
