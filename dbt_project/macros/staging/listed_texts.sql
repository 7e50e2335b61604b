{# A query of the texts at a JSON path of the row `v`, such as '$.history[*].at'. #}
{% macro listed_texts(path) -%}
    select e.entry #>> '{}' as value from jsonb_path_query(v.payload, '{{ path }}') as e (entry)
{%- endmacro %}
