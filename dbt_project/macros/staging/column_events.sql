{#
    The events of a source that has a column for each. `moments`: event_code → SQL of its instant as text;
    `recipient`: SQL of whom they concern; `zone`: the zone of instants without an offset.
#}
{% macro column_events(slug, moments, recipient='null::text', zone=none) -%}
    select
        '{{ slug }}' as source_slug,
        v.record_ref,
        e.event_code,
        {{ instant('e.moment', zone) }} as occurred_at,
        {{ recipient }} as recipient_ref,
        null::text as detail
    from ({{ latest_versions(slug) }}) as v
    cross join lateral (
        values
        {% for event_code, moment in moments.items() -%}
        ('{{ event_code }}', {{ moment }}){{ "," if not loop.last }}
        {% endfor %}
    ) as e (event_code, moment)
    where {{ instant('e.moment', zone) }} is not null
{%- endmacro %}
