{# Which sources fill what of the contract: the lists feedback_sources and other_sources. #}

{# Slug → relations, of all sources. #}
{% macro every_source() -%}
    {{ return(dict(var('feedback_sources'), **var('other_sources'))) }}
{%- endmacro %}

{# The slugs of the sources that fill a relation. #}
{% macro slugs_with(relation) -%}
    {%- set found = [] -%}
    {%- for slug, relations in every_source().items() if relation in relations -%}
        {%- do found.append(slug) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
