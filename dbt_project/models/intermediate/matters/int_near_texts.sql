-- Grain: pair of items whose texts are near each other. The texts go through `mcu.texts.nearness`, nothing of them is
-- stored. Pairs that name two houses, or two streets, are left out: a like text about another house is another trouble.
-- Where such texts share several buckets, the step looks whether one of them names the place of the other as well.
{{ config(
    materialized='step', tags=['each_run'],
    meta={
        'step': 'texts.nearness', 'replace': 'int_near_scope', 'key': 'feedback_key',
        'columns': {'feedback_key': 'uuid', 'other_key': 'uuid', 'score': 'real'}
    },
    indexes=[{'columns': ['feedback_key', 'other_key'], 'unique': true}]
) }}

with texts as materialized (
    {% for slug in var('feedback_sources') -%}
    select
        md5(source_slug || ':' || record_ref)::uuid as feedback_key,
        text
    from {{ touched_rows(slug, ref('stg_' ~ slug ~ '__items'), ref('int_near_items')) }} as {{ slug }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

marks as not materialized (
    select * from {{ ref('int_text_marks') }}
),

pairs as (
    select
        c.feedback_key,
        c.other_key,
        case when {{ other_place('m', 'o') }} then array[m.street, m.house] end as place,
        case when {{ other_place('m', 'o') }} then array[o.street, o.house] end as other_place
    from {{ ref('int_near_candidates') }} as c
    inner join marks as m on c.feedback_key = m.feedback_key
    inner join marks as o on c.other_key = o.feedback_key
    where
        {{ only('c.feedback_key', ref('int_near_scope'), 'feedback_key') }}
        and m.buckets is not null
        and o.buckets is not null
        and (
            not {{ other_place('m', 'o') }}
            or (select count(*) from unnest(m.buckets) as b (bucket) where b.bucket = any(o.buckets)) > 1
        )
)

select
    p.feedback_key,
    p.other_key,
    t.text,
    o.text as other_text,
    p.place,
    p.other_place
from pairs as p
inner join texts as t on p.feedback_key = t.feedback_key
inner join texts as o on p.other_key = o.feedback_key
