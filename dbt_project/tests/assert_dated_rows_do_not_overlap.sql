-- Two rows of dated reference data in force on one day for one key: a ref would become two keys, an item two rows.
{% for table, keys in {
    'status_map': ['source_slug', 'status_ref'],
    'topic_map': ['source_slug', 'topic_ref'],
    'recipient_map': ['source_slug', 'municipality_code', 'recipient_ref'],
    'recipients': ['recipient_code'],
    'rating_schemes': ['scheme_code']
}.items() %}
select
    '{{ table }}' as table_name,
    {{ keys | join(" || ' / ' || ") }} as row_key,
    valid_from
from (
    select
        *,
        lag(coalesce(valid_to, 'infinity'::date)) over (
            partition by {{ keys | join(', ') }}
            order by valid_from
        ) as ends_before
    from {{ ref(table) }}
) as dated
where ends_before > valid_from
{% if not loop.last %}union all{% endif %}
{% endfor %}
