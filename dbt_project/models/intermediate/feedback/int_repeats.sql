-- Grain: one item. A duplicate: the same question again while the first one is open. A repeat: the same question after
-- an answer, within the window of the rule in force (seeds/repeat_rules.csv), or an item that the source names as one.
-- The same question: one municipality, one topic, and one author, or one place where the rule says so. What an author
-- withdrew or deleted was never answered.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_affected', 'key': 'feedback_key'},
    tags=['each_run'],
    indexes=[
        {'columns': ['feedback_key'], 'unique': true}, {'columns': ['repeat_of_key']}, {'columns': ['duplicate_of_key']}
    ]
) }}

with feedback as (
    select * from {{ ref('int_feedback') }}
),

milestones as (
    select * from {{ ref('int_milestones') }}
),

items as (
    select
        i.feedback_key,
        i.municipality_code,
        i.asker_key,
        i.repeat_days,
        i.parent_key,
        i.received_at,
        -- two topics that no map knows are not one topic
        case when i.topic_code = 'unknown' then i.topic_ref else i.topic_code end as topic,
        coalesce(m.first_final_reply_at, m.closed_at, 'infinity') as ended_at,
        case
            when coalesce(m.ending, '') not in ('withdrawn', 'deleted_by_author')
                then coalesce(m.first_final_reply_at, m.closed_at)
        end as answered_at
    from feedback as i
    inner join milestones as m on i.feedback_key = m.feedback_key
    where {{ only('i.feedback_key', ref('int_affected'), 'feedback_key') }}
),

asked as (
    select
        *,
        max(ended_at) over earlier as last_ended_at,
        max(answered_at) over earlier as last_answered_at
    from items
    where
        asker_key is not null
        and topic != 'none'
    window earlier as (
        partition by asker_key, municipality_code, topic
        order by received_at, feedback_key
        rows between unbounded preceding and 1 preceding
    )
),

-- a question begins a round unless an earlier one is still open
rounds as (
    select
        *,
        last_ended_at is null or received_at >= last_ended_at as is_first,
        count(*) filter (where last_ended_at is null or received_at >= last_ended_at) over (
            partition by asker_key, municipality_code, topic
            order by received_at, feedback_key
        ) as round_no
    from asked
),

firsts as (
    select
        *,
        first_value(feedback_key) over (
            partition by asker_key, municipality_code, topic, round_no
            order by received_at, feedback_key
        ) as first_key
    from rounds
),

found as (
    select
        *,
        lag(first_key) over (
            partition by asker_key, municipality_code, topic
            order by received_at, feedback_key
        ) as first_before_key
    from firsts
),

judged as (
    select
        feedback_key,
        case when not is_first then first_key end as duplicate_of_key,
        case
            when is_first and received_at <= last_answered_at + repeat_days * interval '1 day' then first_before_key
        end as repeat_of_key
    from found
)

select
    i.feedback_key,
    i.asker_key,
    coalesce(i.parent_key, j.repeat_of_key) is not null as is_repeat,
    i.parent_key is null and j.duplicate_of_key is not null as is_duplicate,
    coalesce(i.parent_key, j.repeat_of_key) as repeat_of_key,
    case when i.parent_key is null then j.duplicate_of_key end as duplicate_of_key
from items as i
left join judged as j on i.feedback_key = j.feedback_key
