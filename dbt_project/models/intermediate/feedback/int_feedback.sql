-- Grain: one обращение or сообщение of any source, its refs turned into keys by the maps in force when it was received.
-- A ref that no map knows becomes 'unknown' and raises an alert; a ref that the source did not give becomes 'none'.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_touched', 'key': 'feedback_key'},
    tags=['each_run'],
    indexes=[{'columns': ['feedback_key'], 'unique': true}, {'columns': ['asker_key']}, {'columns': ['received_on']}]
) }}

with municipality_map as (
    select * from {{ ref('int_municipality_map') }}
),

municipalities as (
    select * from {{ ref('municipalities') }}
),

channels as (
    select * from {{ ref('channels') }}
),

status_map as (
    select * from {{ ref('int_status_map') }}
),

statuses as (
    select * from {{ ref('statuses') }}
),

channel_kinds as (
    select * from {{ ref('channel_kinds') }}
),

repeat_rules as (
    select * from {{ ref('repeat_rules') }}
),

-- a later version may name another date: the first one was promised
first_promises as (
    select distinct on (feedback_key)
        feedback_key,
        promised_at
    from {{ ref('int_versions') }}
    where promised_at is not null
    order by feedback_key, version_no
),

items as (
    {% for slug in var('feedback_sources') -%}
    select
        source_slug,
        record_ref,
        municipality_ref,
        kind,
        channel_code,
        received_at,
        registered_at,
        status_ref,
        topic_ref,
        recipient_ref,
        author_key,
        place,
        latitude,
        longitude,
        priority,
        mark,
        parent_ref,
        source_updated_at,
        load_id,
        source_metadata
    from {{ touched_rows(slug, ref('stg_' ~ slug ~ '__items')) }} as {{ slug }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

placed as (
    select
        i.*,
        coalesce(m.municipality_code, 'unknown') as municipality_code,
        coalesce(m.time_zone, '{{ var("time_zone") }}') as time_zone,
        {{ local_date('i.received_at', "coalesce(m.time_zone, '" ~ var('time_zone') ~ "')") }} as received_on
    from items as i
    left join municipality_map as r
        on i.source_slug = r.source_slug and btrim(i.municipality_ref) = r.municipality_ref
    -- an overlay's staging may name the municipality by its code
    left join municipalities as m
        on coalesce(r.municipality_code, i.municipality_ref) = m.municipality_code
)

select
    md5(i.source_slug || ':' || i.record_ref)::uuid as feedback_key,
    i.source_slug,
    i.record_ref,
    i.municipality_code,
    i.time_zone,
    coalesce(ck.kind, i.kind) as kind,
    coalesce(c.channel_code, 'unknown') as channel_code,
    i.received_at,
    i.received_on,
    i.registered_at,
    coalesce(s.status_code, 'unknown') as status_code,
    st.is_open,
    case when i.topic_ref is null then 'none' else coalesce(t.topic_code, 'unknown') end as topic_code,
    i.topic_ref,
    coalesce(tb.block_code, rc.block_code, 'unknown') as block_code,
    case when i.recipient_ref is null then 'none' else coalesce(rm.recipient_code, 'unknown') end as recipient_code,
    i.author_key,
    -- by whom, or from where, one question is asked again
    case
        when coalesce(ck.kind, i.kind) = 'body_request' then null
        when q.same_by = 'author' and i.author_key is not null then 'author ' || i.author_key
        when q.same_by = 'place' and i.place is not null then 'place ' || i.municipality_code || ' ' || i.place
    end as asker_key,
    q.repeat_days,
    md5(i.source_slug || ':' || i.parent_ref)::uuid as parent_key,
    i.mark,
    coalesce((i.source_metadata ->> 'is_fast_track')::boolean, false) as is_fast_track,
    coalesce(i.priority, 'ordinary') as priority,
    i.place,
    i.latitude,
    i.longitude,
    -- the deadline that the source itself set
    {{ instant("i.source_metadata ->> 'due_at'", 'i.time_zone') }} as source_due_at,
    -- the date promised to the author when the decision was deferred
    coalesce(p.promised_at, {{ instant("i.source_metadata ->> 'deferred_until'", 'i.time_zone') }}) as promised_at,
    i.source_updated_at,
    i.load_id
from placed as i
left join channels as c on i.channel_code = c.channel_code
left join channel_kinds as ck on i.channel_code = ck.channel_code and {{ in_force('ck', 'i.received_on') }}
left join status_map as s
    on
        i.source_slug = s.source_slug
        and i.status_ref = s.status_ref
        and {{ in_force('s', 'i.received_on') }}
left join statuses as st on s.status_code = st.status_code
left join lateral (
    select
        r.same_by,
        r.repeat_days
    from repeat_rules as r
    where
        coalesce(r.municipality_code, i.municipality_code) = i.municipality_code
        and {{ in_force('r', 'i.received_on') }}
    order by r.municipality_code nulls last
    limit 1
) as q on true
left join first_promises as p on md5(i.source_slug || ':' || i.record_ref)::uuid = p.feedback_key
{{ join_topic('i', 'i.topic_ref', 'i.received_on') }}
{{ join_recipient('i', 'i.recipient_ref', 'i.received_on') }}
