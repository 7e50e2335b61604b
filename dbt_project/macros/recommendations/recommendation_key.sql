{# The key of a recommendation: of what kind and about whom. It has no period, so the next month offers the same one. #}
{% macro recommendation_key(kind, municipality, block, recipient, topic, problem, component) -%}
    md5(concat_ws(
        ':', {{ kind }}, {{ municipality }}, coalesce({{ block }}, ''), coalesce({{ recipient }}, ''),
        coalesce({{ topic }}, ''), coalesce({{ problem }}, ''), coalesce({{ component }}, '')
    ))::uuid
{%- endmacro %}
