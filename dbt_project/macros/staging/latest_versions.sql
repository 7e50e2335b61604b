{#
    The latest accepted version of each record of a source: the one that no other follows. An anti-join and not
    DISTINCT ON, so that nothing sorts the payloads.
#}
{% macro latest_versions(slug) -%}
    select
        v.record_ref,
        v.payload,
        v.source_updated_at,
        v.load_id,
        v.loaded_at
    from ({{ accepted_versions(slug) }}) as v
    where not exists (
        select 1
        from ({{ accepted_versions(slug) }}) as o
        where
            o.record_ref = v.record_ref
            and (
                (o.source_updated_at, o.load_id) > (v.source_updated_at, v.load_id)
                or (
                    (o.source_updated_at, o.load_id) = (v.source_updated_at, v.load_id)
                    and o.payload_hash < v.payload_hash
                )
            )
    )
{%- endmacro %}
