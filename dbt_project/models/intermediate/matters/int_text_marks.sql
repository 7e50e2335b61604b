-- Grain: one item of whose text or address something can be said. The texts go through `mcu.texts.marks`, nothing of
-- them is stored.
{{ config(
    materialized='step', tags=['each_run'],
    meta={
        'step': 'texts.marks', 'replace': 'int_touched', 'key': 'feedback_key',
        'columns': {
            'feedback_key': 'uuid', 'buckets': 'bigint[]', 'sketch': 'bit(120)', 'street': 'text', 'house': 'text',
            'spot': 'text', 'is_broad': 'boolean', 'quoted': 'text[]'
        }
    },
    indexes=[{'columns': ['feedback_key'], 'unique': true}]
) }}

with items as (
    {% for slug in var('feedback_sources') -%}
    select
        source_slug,
        record_ref,
        text,
        address,
        concat_ws(' ', parent_ref, source_metadata ->> 'other_numbers') as numbers
    from {{ touched_rows(slug, ref('stg_' ~ slug ~ '__items')) }} as {{ slug }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    md5(source_slug || ':' || record_ref)::uuid::text as feedback_key,
    source_slug,
    text,
    address,
    nullif(numbers, '') as numbers
from items
where coalesce(text, address, nullif(numbers, '')) is not null
