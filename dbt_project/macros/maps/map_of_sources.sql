{#
    The rows of a map for each source: its own rows, and those of `*` for names without an own row.
    `keys`: the columns of the name; `columns`: the rest.
#}
{% macro map_of_sources(seed, keys, columns) -%}
    select
        s.source_slug,
        {% for column in keys + columns -%}
        m.{{ column }}{{ "," if not loop.last }}
        {% endfor %}
    from {{ ref(seed) }} as m
    inner join (
        values {% for slug in every_source() %}('{{ slug }}'){% if not loop.last %}, {% endif %}{% endfor %}
    ) as s (source_slug) on m.source_slug in ('*', s.source_slug)
    where
        m.source_slug = s.source_slug
        or not exists (
            select 1
            from {{ ref(seed) }} as o
            where
                s.source_slug = o.source_slug
                {% for key in keys -%}
                and m.{{ key }} = o.{{ key }}
                {% endfor %}
        )
{%- endmacro %}
