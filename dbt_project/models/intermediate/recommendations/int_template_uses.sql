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

-- read once, whatever the planner expects of the joins below
with replies as materialized (
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
        m.feedback_key,
        coalesce(k.theme_code, '') as theme_code,
        {{ local_date('coalesce(m.final_reply_at, m.closed_at)', "'" ~ var('time_zone') ~ "'") }} as answered_on
    from milestones as m
    inner join item_topics as t on m.feedback_key = t.feedback_key
    left join known_topics as k on t.topic_code = k.topic_code
    where
        {{ only('m.feedback_key', ref('int_touched'), 'feedback_key') }}
        and coalesce(m.final_reply_at, m.closed_at) is not null
),

-- the templates in force for a theme on a day; most days have the same
days as (
    select
        a.theme_code,
        a.answered_on,
        array_agg(t.template_code order by t.template_code) as codes,
        array_agg(t.text order by t.template_code) as texts
    from (select distinct theme_code, answered_on from answered) as a
    inner join templates as t
        on coalesce(t.theme_code, a.theme_code) = a.theme_code and {{ in_force('t', 'a.answered_on') }}
    group by a.theme_code, a.answered_on
),

sets as (
    select
        *,
        dense_rank() over (order by codes) as set_no
    from days
),

-- equal answers are compared once
asked as (
    select
        s.set_no,
        r.reply_text,
        array_agg(a.feedback_key::text) as keys
    from replies as r
    inner join answered as a on md5(r.source_slug || ':' || r.record_ref)::uuid = a.feedback_key
    inner join sets as s on a.theme_code = s.theme_code and a.answered_on = s.answered_on
    where r.reply_text is not null
    group by s.set_no, r.reply_text
)

select
    k.keys,
    k.reply_text,
    s.codes,
    s.texts
from asked as k
inner join (select distinct set_no, codes, texts from sets) as s on k.set_no = s.set_no
