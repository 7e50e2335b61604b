{#
    Every accepted version of those records of a source that have more than one: nothing can have changed in the
    others.
#}
{% macro several_versions(slug) -%}
    select
        v.record_ref,
        v.payload,
        v.payload_hash,
        coalesce(v.source_updated_at, v.loaded_at) as seen_at,
        row_number() over (
            partition by v.record_ref
            order by v.source_updated_at asc nulls first, v.load_id asc, v.payload_hash desc
        )::integer as version_no
    from ({{ accepted_versions(slug) }}) as v
    where exists (
        select 1
        from {{ source('raw', slug) }} as o
        where
            o.record_ref = v.record_ref
            and o.payload_hash != v.payload_hash
    )
{%- endmacro %}
