-- Grain: item × key. Two items that share a key may be about one thing: the same house, cell of the map, street
-- or author with the same topic, or a piece of text. A house alone, or a piece of text, proves nothing unless the whole
-- texts are near too (`needs_text`).
-- depends_on: {{ ref('int_near_before') }}
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_touched', 'key': 'feedback_key'},
    tags=['each_run'],
    indexes=[{'columns': ['near_key', 'received_at', 'feedback_key']}, {'columns': ['feedback_key']}]
) }}

with feedback as not materialized (
    select * from {{ ref('int_feedback') }}
),

topics as not materialized (
    select * from {{ ref('int_topics') }}
),

marks as not materialized (
    select * from {{ ref('int_text_marks') }}
),

items as (
    select
        i.feedback_key,
        i.received_at,
        i.municipality_code,
        -- two topics that no map knows are not one topic
        nullif(case when t.topic_code = 'unknown' then i.topic_ref else t.topic_code end, 'none') as topic,
        i.author_key,
        m.street,
        m.house,
        {{ map_cell('i') }} as cell,
        m.buckets
    from feedback as i
    inner join topics as t on i.feedback_key = t.feedback_key
    left join marks as m on i.feedback_key = m.feedback_key
    where
        {{ only('i.feedback_key', ref('int_touched'), 'feedback_key') }}
        and i.kind != 'body_request'
),

keyed as (
    select
        i.feedback_key,
        i.received_at,
        hashtextextended(i.municipality_code || ' ' || n.words, n.kind) as near_key,
        n.kind = 1 as needs_text
    from items as i
    cross join lateral (
        values
        (1, 'house ' || i.street || ' ' || i.house),
        (2, 'house ' || i.street || ' ' || i.house || ' ' || i.topic),
        (3, 'street ' || i.street || ' ' || case when i.house is null then i.topic end),
        (4, 'cell ' || i.cell || ' ' || i.topic),
        (5, 'author ' || i.author_key)
    ) as n (kind, words)
    where n.words is not null
    union all
    select
        i.feedback_key,
        i.received_at,
        hashint8extended(b.bucket, hashtextextended(i.municipality_code, 6)) as near_key,
        true as needs_text
    from items as i
    cross join lateral unnest(i.buckets) as b (bucket)
)

select * from keyed
-- lies on the disk as it is walked
order by near_key, received_at, feedback_key
