-- Grain: one обращение or сообщение. No free text, no name: who wrote is a pseudonym, where is a place.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_changed', 'key': 'feedback_key'},
    on_schema_change='fail', tags=['each_run'],
    indexes=[{'columns': ['received_on']}, {'columns': ['source_slug', 'record_ref'], 'unique': true}]
) }}
-- depends_on: {{ ref('int_recount_days_before') }}

with feedback as (
    select * from {{ ref('int_feedback') }}
),

milestones as (
    select * from {{ ref('int_milestones') }}
),

repeats as (
    select * from {{ ref('int_repeats') }}
),

matters as (
    select * from {{ ref('int_matters') }}
),

topics as (
    select * from {{ ref('int_topics') }}
)

select
    i.feedback_key,
    i.source_slug,
    i.record_ref,
    h.matter_key,
    i.municipality_code,
    i.kind,
    i.channel_code,
    i.received_at,
    m.registered_at,
    i.received_on,
    i.status_code,
    m.is_open,
    t.topic_code,
    t.topic_source,
    t.block_code,
    i.recipient_code,
    i.author_key,
    r.is_repeat,
    r.repeat_of_key,
    r.is_duplicate,
    r.duplicate_of_key,
    m.first_reply_at,
    m.final_reply_at,
    m.closed_at,
    m.ending,
    m.deferred_at,
    i.status_code = 'deferred' as is_deferred,
    i.mark,
    m.marked_at,
    i.is_fast_track,
    i.priority,
    i.place,
    i.latitude,
    i.longitude,
    i.source_updated_at,
    i.load_id
from feedback as i
inner join milestones as m on i.feedback_key = m.feedback_key
inner join repeats as r on i.feedback_key = r.feedback_key
inner join matters as h on i.feedback_key = h.feedback_key
inner join topics as t on i.feedback_key = t.feedback_key
where {{ only('i.feedback_key', ref('int_changed'), 'feedback_key') }}
