{#
    The filled values of a source that their macro does not read. `fields`: title for people → (SQL of the value, SQL
    of what is read) over the row `v`.
#}
{% macro unread_values(slug, fields) -%}
    select
        '{{ slug }}' as source_slug,
        v.record_ref,
        f.field,
        f.value
    from ({{ latest_versions(slug) }}) as v
    cross join lateral (
        values
        {% for title, (value, read) in fields.items() -%}
        ('{{ title }}', {{ value }}, {{ read }} is null){{ "," if not loop.last }}
        {% endfor %}
    ) as f (field, value, is_unread)
    where f.is_unread and f.value ~ '\S'
{%- endmacro %}
