-- Grain: one item with an answer in words. The words stay in staging: here are their digest, their length and whether
-- they name the matter.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_touched', 'key': 'feedback_key'},
    tags=['each_run'],
    indexes=[{'columns': ['feedback_key'], 'unique': true}]
) }}

with replies as (
    {% for slug in var('feedback_sources') -%}
    select
        source_slug,
        record_ref,
        text,
        reply_text
    from {{ touched_rows(slug, ref('stg_' ~ slug ~ '__items')) }} as {{ slug }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    md5(source_slug || ':' || record_ref)::uuid as feedback_key,
    {{ reply_digest('reply_text') }} as reply_digest,
    length(reply_text) as reply_length,
    {{ names_the_matter('reply_text', "coalesce(text, '')") }} as names_the_matter
from replies
where reply_text is not null
