-- Grain: one item. The topic and the block that it is shown and counted under, and who says so: a person, the source,
-- or a suggestion by its words. Deadlines and repeats are counted by the source's own topic (int_feedback): a
-- suggestion moves no date.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_touched', 'key': 'feedback_key'},
    tags=['each_run'],
    indexes=[{'columns': ['feedback_key'], 'unique': true}]
) }}

with feedback as (
    select * from {{ ref('int_feedback') }}
),

suggestions as (
    select * from {{ ref('int_topic_suggestions') }}
),

corrections as (
    select * from {{ ref('stg_ops__topic_corrections') }}
),

known_topics as (
    select * from {{ ref('topics') }}
),

topic_blocks as (
    select * from {{ ref('topic_blocks') }}
),

-- a topic that has left the list is no answer
named as (
    select
        i.feedback_key,
        i.source_slug,
        i.record_ref,
        i.municipality_code,
        i.block_code as source_block_code,
        i.topic_code as source_topic_code,
        c.topic_code as corrected_topic_code,
        ct.topic_code as person_topic_code,
        st.topic_code as suggested_topic_code,
        s.confidence,
        s.model_version
    from feedback as i
    left join corrections as c on i.feedback_key = c.feedback_key
    left join known_topics as ct on c.topic_code = ct.topic_code
    left join suggestions as s on i.feedback_key = s.feedback_key
    left join known_topics as st on s.topic_code = st.topic_code
    where {{ only('i.feedback_key', ref('int_touched'), 'feedback_key') }}
),

judged as (
    select
        *,
        case
            when person_topic_code is not null then 'person'
            when source_topic_code != 'none' then 'source'
            when suggested_topic_code is null then 'none'
            when model_version = 'words' then 'words'
            else 'model'
        end as topic_source
    from named
),

topics as (
    select
        *,
        case topic_source
            when 'person' then person_topic_code
            when 'model' then suggested_topic_code
            when 'words' then suggested_topic_code
            else source_topic_code
        end as topic_code
    from judged
)

select
    i.feedback_key,
    i.source_slug,
    i.record_ref,
    i.topic_code,
    i.topic_source,
    -- a person's topic decides the block; a suggested one only where the source names no recipient with a block
    case
        when i.topic_source = 'person' then coalesce(b.block_code, i.source_block_code)
        when i.source_block_code = 'unknown' then coalesce(b.block_code, 'unknown')
        else i.source_block_code
    end as block_code,
    i.corrected_topic_code,
    i.confidence,
    i.model_version
from topics as i
left join known_topics as t on i.topic_code = t.topic_code
left join topic_blocks as b on i.municipality_code = b.municipality_code and t.theme_code = b.theme_code
