{#
    The filled values of a source that their macro does not read. Over the row `v`; titles are for people.
    `fields`: title → (SQL of the value, SQL of what is read);
    `times`: title → query of several values, such as those of a list, that must be instants. Landing checks only the
    times that a spec declares, and it can declare none inside a list.
#}
{% macro unread_values(slug, fields={}, times={}) -%}
    select
        '{{ slug }}' as source_slug,
        v.record_ref,
        f.field,
        f.value
    from ({{ latest_versions(slug) }}) as v
    cross join lateral (
        {% for title, (value, read) in fields.items() -%}
        select
            '{{ title }}' as field,
            {{ value }} as value,
            {{ read }} is null as is_unread
        {{ "union all" if not loop.last or times }}
        {% endfor -%}
        {% for title, query in times.items() -%}
        select
            '{{ title }}' as field,
            t.value,
            {{ instant('t.value') }} is null as is_unread
        from ({{ query }}) as t (value)
        {{ "union all" if not loop.last }}
        {% endfor -%}
    ) as f
    where f.is_unread and f.value ~ '\S'
{%- endmacro %}
