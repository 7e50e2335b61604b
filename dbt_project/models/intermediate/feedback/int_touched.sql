-- Grain: one record that the loads of this run touched. Empty in a full run, which reads everything.
{{ config(tags=['each_run'], indexes=[{'columns': ['feedback_key'], 'unique': true}]) }}

with accepted_loads as not materialized (
    select * from {{ ref('stg_ops__accepted_loads') }}
),

touched as (
    {% for slug in var('feedback_sources') -%}
    select
        '{{ slug }}' as source_slug,
        v.record_ref
    from {{ source('raw', slug) }} as v
    inner join accepted_loads as l on v.load_id = l.load_id
    where
        l.is_new
        and not {{ is_full() }}
    {% if not loop.last %}union{% endif %}
    {% endfor %}
)

select
    md5(source_slug || ':' || record_ref)::uuid as feedback_key,
    source_slug,
    record_ref
from touched
