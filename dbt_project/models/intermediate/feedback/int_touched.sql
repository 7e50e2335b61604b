-- Grain: one record that the loads of this run touched, or of whose topic a person or a new model says otherwise than
-- this copy. Empty in a full run, which reads everything.
{{ config(tags=['each_run'], indexes=[{'columns': ['feedback_key'], 'unique': true}]) }}

{%- set topics_before = earlier('intermediate', 'int_topics') %}

with accepted_loads as not materialized (
    select * from {{ ref('stg_ops__accepted_loads') }}
),

topic_model as (
    select * from {{ ref('stg_ops__topic_model') }}
),

topic_corrections as (
    select * from {{ ref('stg_ops__topic_corrections') }}
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
    {% if topics_before and not is_full() -%}
    union
    select
        b.source_slug,
        b.record_ref
    from {{ topics_before }} as b
    left join topic_corrections as c on b.feedback_key = c.feedback_key
    where
        b.corrected_topic_code is distinct from c.topic_code
        or b.model_version != (select version from topic_model)
    {%- endif %}
)

select
    md5(source_slug || ':' || record_ref)::uuid as feedback_key,
    source_slug,
    record_ref
from touched
