-- Grain: item × other item about the same trouble, with the strongest evidence: a person's word, one matter, the same
-- house and topic, a near text, the same street or cell of the map and topic within fewer days. What names no street
-- follows one earlier item, and what names one follows it only in its own cell: it can't say that two places have one
-- trouble.
{{ config(
    materialized='incremental', incremental_strategy='replace',
    meta={'replace': 'int_problem_link_scope', 'key': 'feedback_key'},
    tags=['each_run'],
    indexes=[{'columns': ['feedback_key', 'other_key'], 'unique': true}, {'columns': ['other_key']}]
) }}

{%- set problems = var('problems') %}

with feedback as not materialized (
    select * from {{ ref('int_feedback') }}
),

topics as not materialized (
    select * from {{ ref('int_topics') }}
),

marks as not materialized (
    select * from {{ ref('int_text_marks') }}
),

near_texts as not materialized (
    select * from {{ ref('int_near_texts') }}
),

said as (
    select * from {{ ref('stg_ops__problem_words') }}
),

parted as (
    select * from {{ ref('int_parted') }}
),

candidates as (
    select
        c.feedback_key,
        c.other_key,
        c.gap <= {{ problems.text_days }} * interval '1 day' as is_soon,
        a.topic_code not in ('none', 'unknown') and a.topic_code = b.topic_code as is_same_topic,
        coalesce(m.house = n.house and m.street = n.street, false) as is_same_house,
        coalesce(m.street = n.street or {{ same_cell('i', 'o') }}, false) as is_same_spot,
        {{ other_place('m', 'n') }} as is_other_spot,
        coalesce(i.place != o.place, false) as is_other_place,
        coalesce(t.score, 0) as text_score,
        m.street is null as is_placeless,
        n.street is null and not coalesce({{ same_cell('i', 'o') }}, false) as is_other_placeless,
        c.gap
    {{ near_pairs(ref('int_problem_link_scope')) }}
),

judged as (
    select
        feedback_key,
        other_key,
        text_score,
        is_same_spot,
        is_placeless,
        is_other_placeless,
        gap,
        case
            when is_same_house and is_same_topic then 'house'
            -- near texts of other streets or houses have no score
            when text_score >= {{ problems.text_score }} and is_soon and (is_same_house or not is_other_place)
                then 'text'
            when is_same_spot and is_same_topic and is_soon and not is_other_place and not is_other_spot then 'spot'
        end as evidence
    from candidates
),

ordered as (
    select
        feedback_key,
        other_key,
        evidence,
        is_placeless,
        row_number() over (
            partition by feedback_key
            order by is_same_spot desc, text_score desc, is_other_placeless, gap, other_key
        ) as choice_no
    from judged
    where
        evidence is not null
        and (is_placeless or not is_other_placeless)
        and feedback_key not in (select p.feedback_key from parted as p)
        and other_key not in (select p.feedback_key from parted as p)
),

found as (
    select
        feedback_key,
        other_key,
        evidence
    from ordered
    where choice_no = 1 or not is_placeless
    union all
    select
        feedback_key,
        other_key,
        'matter' as evidence
    from {{ ref('int_matter_links') }}
    where
        kind in ('copy', 'continuation')
        and {{ only('feedback_key', ref('int_problem_link_scope'), 'feedback_key') }}
    union all
    select
        s.feedback_key,
        s.other_key,
        'person' as evidence
    from said as s
    inner join feedback as i on s.feedback_key = i.feedback_key
    inner join feedback as o on s.other_key = o.feedback_key
    where s.action = 'merge'
)

select distinct on (feedback_key, other_key)
    feedback_key,
    other_key,
    evidence
from found
order by
    feedback_key,
    other_key,
    array_position(array['person', 'matter', 'house', 'text', 'spot'], evidence)
