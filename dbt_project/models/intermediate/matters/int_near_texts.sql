-- Grain: pair of items whose texts are near each other. The texts go through `mcu.texts.nearness`, each once; nothing
-- of them is stored. Pairs that name two houses, or two streets, are left out: a like text about another house is
-- another trouble, unless one of them names the place of the other as well.
{{ config(
    materialized='step', tags=['each_run'],
    meta={
        'step': 'texts.nearness', 'replace': 'int_near_scope', 'key': 'feedback_key',
        'columns': {'feedback_key': 'uuid', 'other_key': 'uuid', 'score': 'real'}
    },
    indexes=[{'columns': ['feedback_key', 'other_key'], 'unique': true}]
) }}

{%- set problems = var('problems') %}
{%- if [problems.copy_score, problems.text_score] | min < 80 -%}
    {{ exceptions.raise_compiler_error("problems: mcu.texts.nearness stores no score below 80") }}
{%- endif %}
{%- set days = [problems.copy_days, problems.text_days] | max %}

with texts as (
    {% for slug in var('feedback_sources') -%}
    select
        md5(source_slug || ':' || record_ref)::uuid as feedback_key,
        text
    from {{ touched_rows(slug, ref('stg_' ~ slug ~ '__items'), ref('int_near_items')) }} as {{ slug }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

feedback as not materialized (
    select * from {{ ref('int_feedback') }}
),

marks as not materialized (
    select * from {{ ref('int_text_marks') }}
),

pairs as (
    select
        feedback_key,
        other_key,
        is_elsewhere
    from {{ ref('int_near_candidates') }}
    where
        {{ only('feedback_key', ref('int_near_scope'), 'feedback_key') }}
        and is_near
),

partners as (
    select
        feedback_key,
        array_agg(other_key::text) filter (where not is_elsewhere) as others,
        array_agg(other_key::text) filter (where is_elsewhere) as elsewhere
    from pairs
    group by feedback_key
),

compared as (
    select feedback_key from pairs
    union
    select other_key from pairs
)

select
    t.feedback_key::text as feedback_key,
    extract(epoch from i.received_at)::double precision as received,
    extract(epoch from i.received_at - {{ days }} * interval '1 day')::double precision
        as forgotten,
    t.text,
    m.street,
    m.house,
    p.others,
    p.elsewhere
from compared as c
inner join texts as t on c.feedback_key = t.feedback_key
inner join feedback as i on c.feedback_key = i.feedback_key
inner join marks as m on c.feedback_key = m.feedback_key
left join partners as p on c.feedback_key = p.feedback_key
-- the partners of an item are earlier ones
order by i.received_at, i.feedback_key
