{#
    A relation of the copy that this run builds, as an earlier run left it: read before this run replaces it, and
    therefore without ref().
#}
{% macro earlier(schema, identifier) -%}
    {%- if execute -%}
        {%- set copy = generate_schema_name(schema, none) | trim -%}
        {{ return(adapter.get_relation(database=target.database, schema=copy, identifier=identifier)) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}
