{# Slug → relations, of all sources. #}
{% macro every_source() -%}
    {{ return(dict(var('feedback_sources'), **var('other_sources'))) }}
{%- endmacro %}
