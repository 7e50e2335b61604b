{# The latest accepted version of each record of a source. #}
{% macro latest_versions(slug) -%}
    select distinct on (v.record_ref)
        v.record_ref,
        v.payload,
        v.source_updated_at,
        v.load_id,
        v.loaded_at
    from ({{ accepted_versions(slug) }}) as v
    order by v.record_ref, v.source_updated_at desc nulls last, v.load_id desc, v.payload_hash
{%- endmacro %}
