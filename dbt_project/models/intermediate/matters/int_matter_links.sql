-- Grain: item × other item that it is a copy or the continuation of, or that it refers to; with the strongest evidence
-- and its score. A person's word stands above any other.
{{ config(
    materialized='incremental', incremental_strategy='replace',
    meta={'replace': 'int_link_scope', 'key': 'feedback_key'},
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
    select * from {{ ref('stg_ops__matter_words') }}
),

candidates as (
    select
        c.feedback_key,
        c.other_key,
        i.source_slug != o.source_slug as is_other_source,
        i.author_key = o.author_key as is_same_author,
        a.topic_code not in ('none', 'unknown') and a.topic_code = b.topic_code as is_same_topic,
        coalesce(m.house is not null and m.house = n.house and m.street = n.street, false) as is_same_house,
        {{ may_be_one_place('m', 'n') }} as may_be_one_place,
        c.gap,
        coalesce(t.score, 0) as text_score
    {{ near_pairs(ref('int_link_scope')) }}
    where c.gap <= {{ problems.copy_days }} * interval '1 day'
),

-- a text is taken over from one item
texts as (
    select
        feedback_key,
        other_key,
        text_score,
        row_number() over (partition by feedback_key order by text_score desc, gap, other_key) as text_no
    from candidates
    where
        is_other_source
        and text_score >= {{ problems.copy_score }}
        -- a text that many known people send is not one matter, unless it is about one house
        and (is_same_author is null or is_same_house)
),

found as (
    -- a number of the other system, in a field or in the text
    select
        q.feedback_key,
        q.quoted_key as other_key,
        case
            when i.received_at - o.received_at between
                -{{ problems.copy_days }} * interval '1 day' and {{ problems.copy_days }} * interval '1 day' then 'copy'
            when i.author_key = o.author_key then 'continuation'
            else 'reference'
        end as kind,
        'number' as evidence,
        1.0 as score
    from {{ ref('int_quotes') }} as q
    inner join feedback as i on q.feedback_key = i.feedback_key
    inner join feedback as o on q.quoted_key = o.feedback_key
    where
        {{ only('q.feedback_key', ref('int_link_scope'), 'feedback_key') }}
        and i.municipality_code = o.municipality_code
    union all
    select
        feedback_key,
        other_key,
        'copy' as kind,
        'author' as evidence,
        0.95 as score
    from candidates
    where
        is_other_source
        and is_same_author
        and ((is_same_topic and may_be_one_place) or is_same_house or text_score >= {{ problems.text_score }})
    union all
    select
        feedback_key,
        other_key,
        'copy' as kind,
        'text' as evidence,
        round((text_score / 100.0)::numeric, 3) as score
    from texts
    where text_no = 1
    union all
    -- the source itself says that an earlier question goes on
    select
        i.feedback_key,
        o.feedback_key as other_key,
        'continuation' as kind,
        'repeat' as evidence,
        0.9 as score
    from feedback as i
    inner join feedback as o on i.parent_key = o.feedback_key
    where {{ only('i.feedback_key', ref('int_link_scope'), 'feedback_key') }}
    union all
    -- or its author does: the last earlier item of the same question that may be about the same place
    select
        r.feedback_key,
        e.feedback_key as other_key,
        'continuation' as kind,
        'repeat' as evidence,
        0.9 as score
    from {{ ref('int_repeats') }} as r
    inner join feedback as i on r.feedback_key = i.feedback_key
    inner join feedback as f on coalesce(r.repeat_of_key, r.duplicate_of_key) = f.feedback_key
    left join marks as m on r.feedback_key = m.feedback_key
    cross join lateral (
        select o.feedback_key
        from feedback as o
        left join marks as n on o.feedback_key = n.feedback_key
        where
            o.asker_key = i.asker_key
            and o.author_key = i.author_key
            and o.municipality_code = i.municipality_code
            and o.topic_code = i.topic_code
            and (o.topic_code != 'unknown' or o.topic_ref = i.topic_ref)
            and (o.received_at, o.feedback_key) < (i.received_at, i.feedback_key)
            and o.received_at >= least(f.received_at, i.received_at - i.repeat_days * interval '1 day')
            and {{ may_be_one_place('m', 'n') }}
        order by o.received_at desc, o.feedback_key desc
        limit 1
    ) as e
    where
        {{ only('r.feedback_key', ref('int_link_scope'), 'feedback_key') }}
        and i.parent_key is null
        and (r.is_repeat or r.is_duplicate)
    union all
    select
        s.feedback_key,
        s.other_key,
        s.kind,
        'person' as evidence,
        1.0 as score
    from said as s
    inner join feedback as i on s.feedback_key = i.feedback_key
    inner join feedback as o on s.other_key = o.feedback_key
    where s.is_linked
)

select distinct on (f.feedback_key, f.other_key)
    f.feedback_key,
    f.other_key,
    f.kind,
    f.evidence,
    f.score::numeric(4, 3) as score
from found as f
where not exists (
    select 1
    from said as s
    where
        not s.is_linked
        and least(s.feedback_key, s.other_key) = least(f.feedback_key, f.other_key)
        and greatest(s.feedback_key, s.other_key) = greatest(f.feedback_key, f.other_key)
)
order by
    f.feedback_key,
    f.other_key,
    f.evidence = 'person' desc,
    array_position(array['copy', 'continuation', 'reference'], f.kind),
    f.score desc,
    f.evidence
