-- Grain: item × state of its attributes (priority, topic, recipient), only for items whose attributes changed. The
-- first row holds from the beginning of time, each row until the next one.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_touched', 'key': 'feedback_key'},
    tags=['each_run'],
    indexes=[{'columns': ['feedback_key', 'known_from'], 'unique': true}]
) }}

with item_versions as (
    select * from {{ ref('int_versions') }}
),

feedback as (
    select * from {{ ref('int_feedback') }}
),

versions as (
    select
        *,
        (priority, coalesce(topic_ref, ''), coalesce(recipient_ref, '')) as attributes,
        -- a version dated before the one it follows became known only after that one
        max(seen_at) over (partition by feedback_key order by version_no) as known_at
    from item_versions
    where {{ only('feedback_key', ref('int_touched'), 'feedback_key') }}
),

compared as (
    select
        *,
        lag(attributes) over (partition by feedback_key order by version_no) as attributes_before
    from versions
),

-- of several that came at one instant the last one counts
changes as (
    select distinct on (feedback_key, known_from)
        *
    from (
        select
            *,
            case when version_no = 1 then '-infinity'::timestamptz else known_at end as known_from
        from compared
        where version_no = 1 or attributes != attributes_before
    ) as c
    order by feedback_key, known_from, version_no desc
),

dated as (
    select
        *,
        lead(known_from, 1, 'infinity') over (partition by feedback_key order by known_from) as known_to,
        count(*) over (partition by feedback_key) as changes_count
    from changes
)

select
    d.feedback_key,
    d.known_from,
    d.known_to,
    d.priority,
    case when d.topic_ref is null then 'none' else coalesce(t.topic_code, 'unknown') end as topic_code,
    case when d.recipient_ref is null then 'none' else coalesce(rm.recipient_code, 'unknown') end as recipient_code,
    coalesce(tb.block_code, rc.block_code, 'unknown') as block_code
from dated as d
inner join feedback as i on d.feedback_key = i.feedback_key
{{ join_topic('i', 'd.topic_ref', 'i.received_on') }}
{{ join_recipient('i', 'd.recipient_ref', 'i.received_on') }}
where d.changes_count > 1
