-- Grain: one item whose source names no topic. What its words suggest (`mcu.texts.topics.suggest`); an empty topic is
-- an abstention. Nothing of the text is stored.
{{ config(
    materialized='step', tags=['each_run'],
    meta={
        'step': 'texts.topics.suggest', 'replace': 'int_touched', 'key': 'feedback_key',
        'columns': {
            'feedback_key': 'uuid', 'topic_code': 'text', 'confidence': 'numeric', 'model_version': 'text'
        }
    },
    indexes=[{'columns': ['feedback_key'], 'unique': true}]
) }}
-- depends_on: {{ ref('topic_words') }}

with topic_model as (
    select * from {{ ref('stg_ops__topic_model') }}
),

items as (
    {% for slug in var('feedback_sources') -%}
    select
        source_slug,
        record_ref,
        topic_ref,
        text
    from {{ touched_rows(slug, ref('stg_' ~ slug ~ '__items')) }} as {{ slug }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    md5(i.source_slug || ':' || i.record_ref)::uuid as feedback_key,
    coalesce(i.text, '') as text,
    m.version as model_version
from items as i
cross join topic_model as m
where i.topic_ref is null
