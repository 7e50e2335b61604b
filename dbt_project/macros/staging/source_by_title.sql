{# The slug of the source that people call so, in short or by its slug; NULL if there is none. #}
{% macro source_by_title(title) -%}
    case lower(btrim({{ title }}))
        {% for slug, name in var('source_titles').items() -%}
        when lower('{{ name | replace("'", "''") }}') then '{{ slug }}'
        when '{{ slug }}' then '{{ slug }}'
        {% endfor -%}
    end
{%- endmacro %}
