-- Grain: one answer that was written by a template, nearly word for word (`mcu.texts.templates`). Nothing of the text
-- is stored.
{{ config(
    materialized='step', tags=['each_run'],
    meta={
        'step': 'texts.templates', 'replace': 'int_touched', 'key': 'feedback_key',
        'columns': {'feedback_key': 'uuid', 'template_code': 'text', 'score': 'real'}
    },
    indexes=[{'columns': ['feedback_key'], 'unique': true}]
) }}

with replies as (
    {% for slug in var('feedback_sources') -%}
    select
        source_slug,
        record_ref,
        reply_text
    from {{ touched_rows(slug, ref('stg_' ~ slug ~ '__items')) }} as {{ slug }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

item_topics as (
    select * from {{ ref('int_topics') }}
),

known_topics as (
    select * from {{ ref('topics') }}
),

milestones as (
    select * from {{ ref('int_milestones') }}
),

templates as (
    select * from {{ ref('answer_templates') }}
),

answered as (
    select
        md5(r.source_slug || ':' || r.record_ref)::uuid as feedback_key,
        r.reply_text,
        k.theme_code,
        {{ local_date('coalesce(m.final_reply_at, m.closed_at)', "'" ~ var('time_zone') ~ "'") }} as answered_on
    from replies as r
    inner join milestones as m on md5(r.source_slug || ':' || r.record_ref)::uuid = m.feedback_key
    inner join item_topics as t on m.feedback_key = t.feedback_key
    left join known_topics as k on t.topic_code = k.topic_code
    where
        r.reply_text is not null
        and coalesce(m.final_reply_at, m.closed_at) is not null
)

select
    a.feedback_key,
    a.reply_text,
    array_agg(t.template_code order by t.template_code) as codes,
    array_agg(t.text order by t.template_code) as texts
from answered as a
inner join templates as t
    on (t.theme_code is null or a.theme_code = t.theme_code) and {{ in_force('t', 'a.answered_on') }}
group by a.feedback_key, a.reply_text
