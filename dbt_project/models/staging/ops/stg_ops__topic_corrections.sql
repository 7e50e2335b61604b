-- Grain: one item whose topic a person has named; the last word counts. An empty topic takes the word back.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, tags=['each_run'],
    indexes=[{'columns': ['feedback_key'], 'unique': true}], post_hook='analyze {{ this }}'
) }}

select distinct on (source_slug, record_ref)
    md5(source_slug || ':' || record_ref)::uuid as feedback_key,
    source_slug,
    record_ref,
    topic_code
from {{ source('ops', 'topic_corrections') }}
order by source_slug, record_ref, correction_id desc
