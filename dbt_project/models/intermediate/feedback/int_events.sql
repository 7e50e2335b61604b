-- Grain: one thing that happened to an item, in order. Equal events of one item are one.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_touched', 'key': 'feedback_key'},
    tags=['each_run'],
    indexes=[{'columns': ['feedback_key', 'event_no'], 'unique': true}]
) }}

with feedback as (
    select * from {{ ref('int_feedback') }}
),

recipient_map as (
    select * from {{ ref('int_recipient_map') }}
),

events as (
    {% for slug, relations in var('feedback_sources').items() if 'events' in relations -%}
    select
        source_slug,
        record_ref,
        event_code,
        occurred_at,
        recipient_ref
    from {{ touched_rows(slug, ref('stg_' ~ slug ~ '__events')) }} as {{ slug }}
    union all
    {% endfor -%}
    -- a source without events still received its items
    {% for slug, relations in var('feedback_sources').items() if 'events' not in relations -%}
    select
        source_slug,
        record_ref,
        'received' as event_code,
        received_at as occurred_at,
        recipient_ref
    from {{ touched_rows(slug, ref('stg_' ~ slug ~ '__items')) }} as {{ slug }}
    union all
    {% endfor -%}
    select
        null as source_slug,
        null as record_ref,
        null as event_code,
        null::timestamptz as occurred_at,
        null as recipient_ref
    where false
),

keyed as (
    select
        i.feedback_key,
        e.event_code,
        e.occurred_at,
        case when e.recipient_ref is null then 'none' else coalesce(r.recipient_code, 'unknown') end as recipient_code,
        -- of one instant
        array_position(
            array[
                'received', 'registered', 'assigned', 'forwarded', 'forwarding_notice', 'requested',
                'request_answered', 'first_reply', 'interim_reply', 'extended', 'deferred', 'paused', 'resumed',
                'final_reply', 'marked', 'rejected_by_author', 'reopened', 'closed'
            ],
            e.event_code
        ) as place
    from events as e
    inner join feedback as i
        on md5(e.source_slug || ':' || e.record_ref)::uuid = i.feedback_key
    left join recipient_map as r
        on
            e.source_slug = r.source_slug
            and i.municipality_code = r.municipality_code
            and e.recipient_ref = r.recipient_ref
            and {{ in_force('r', local_date('e.occurred_at', 'i.time_zone')) }}
)

-- grouped in the order in which they are numbered: sorted once
select
    feedback_key,
    row_number() over (
        partition by feedback_key
        order by occurred_at, place, event_code, recipient_code
    )::integer as event_no,
    event_code,
    occurred_at,
    recipient_code
from keyed
group by feedback_key, occurred_at, place, event_code, recipient_code
