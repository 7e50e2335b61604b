{# Every accepted version of every record of a source. #}
{% macro accepted_versions(slug) -%}
    select
        v.record_ref,
        v.payload,
        v.payload_hash,
        v.source_updated_at,
        v.load_id,
        v.loaded_at
    from {{ source('raw', slug) }} as v
    inner join {{ ref('stg_ops__accepted_loads') }} as l on v.load_id = l.load_id
{%- endmacro %}
