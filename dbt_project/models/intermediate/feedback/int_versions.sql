-- Grain: one accepted version of an item that has several.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_touched', 'key': 'feedback_key'},
    tags=['each_run'],
    indexes=[{'columns': ['feedback_key', 'version_no'], 'unique': true}]
) }}

with versions as (
    {% for slug, relations in var('feedback_sources').items() if 'versions' in relations -%}
    select
        source_slug,
        record_ref,
        version_no,
        seen_at,
        registered_at,
        first_reply_at,
        final_reply_at,
        priority,
        topic_ref,
        recipient_ref,
        promised_at,
        mark
    from {{ touched_rows(slug, ref('stg_' ~ slug ~ '__versions')) }} as {{ slug }}
    union all
    {% endfor -%}
    select
        null as source_slug,
        null as record_ref,
        null::integer as version_no,
        null::timestamptz as seen_at,
        null::timestamptz as registered_at,
        null::timestamptz as first_reply_at,
        null::timestamptz as final_reply_at,
        null as priority,
        null as topic_ref,
        null as recipient_ref,
        null::timestamptz as promised_at,
        null::smallint as mark
    where false
)

select
    md5(source_slug || ':' || record_ref)::uuid as feedback_key,
    *
from versions
