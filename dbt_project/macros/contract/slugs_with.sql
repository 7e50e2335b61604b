{# The slugs of the sources that fill a relation. #}
{% macro slugs_with(relation) -%}
    {%- set found = [] -%}
    {%- for slug, relations in every_source().items() if relation in relations -%}
        {%- do found.append(slug) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
