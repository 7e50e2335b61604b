-- Grain: version of a record whose source does not say when it changed. The moment of its load stands for that: it is
-- no fact of the source, and nothing that people read may call it one. A view: look it up by source_slug and
-- record_ref.
{{ config(materialized='view', post_hook=[]) }}

{% for slug in var('feedback_sources') if slug in var('sources_without_updates') -%}
select
    '{{ slug }}' as source_slug,
    record_ref,
    date_trunc('second', source_updated_at) as loaded_at
from {{ source('raw', slug) }}
union all
{% endfor -%}
select
    null as source_slug,
    null as record_ref,
    null::timestamptz as loaded_at
where false
