-- Grain: one item. A repeat: the source names an earlier item, or the same author wrote on the same topic in the same
-- municipality within `repeat_days` days before, whatever the channel.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_affected', 'key': 'feedback_key'},
    tags=['each_run'],
    indexes=[{'columns': ['feedback_key'], 'unique': true}, {'columns': ['repeat_of_key']}]
) }}

with feedback as (
    select * from {{ ref('int_feedback') }}
),

items as (
    select
        feedback_key,
        municipality_code,
        author_key,
        parent_key,
        received_at,
        -- two topics that no map knows are not one topic
        case when topic_code = 'unknown' then topic_ref else topic_code end as topic
    from feedback
    where {{ only('feedback_key', ref('int_affected'), 'feedback_key') }}
),

chained as (
    select
        *,
        lag(feedback_key) over same as earlier_key,
        lag(received_at) over same as earlier_at
    from items
    where
        author_key is not null
        and topic != 'none'
    window same as (partition by author_key, municipality_code, topic order by received_at, feedback_key)
),

found as (
    select
        feedback_key,
        earlier_key
    from chained
    where received_at - earlier_at <= {{ var('repeat_days') }} * interval '1 day'
)

select
    i.feedback_key,
    i.author_key,
    i.parent_key is not null or f.earlier_key is not null as is_repeat,
    coalesce(i.parent_key, f.earlier_key) as repeat_of_key
from items as i
left join found as f on i.feedback_key = f.feedback_key
