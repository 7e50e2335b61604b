{# A relation of an earlier run, read before this run replaces it, and therefore without ref(). #}
{% macro earlier(schema, identifier) -%}
    {%- if execute -%}
        {{ return(adapter.get_relation(database=target.database, schema=schema, identifier=identifier)) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}
