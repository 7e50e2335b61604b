-- Grain: one message of the portal «Наш Север», its latest accepted version.
with versions as (
    {{ latest_versions('nash_sever') }}
)

select
    'nash_sever' as source_slug,
    record_ref,
    payload ->> 'municipality' as municipality_ref,
    'message' as kind,
    'nash_sever' as channel_code,
    {{ instant("payload ->> 'createdAt'") }} as received_at,
    {{ instant("payload ->> 'acceptedAt'") }} as registered_at,
    payload ->> 'state' as status_ref,
    payload ->> 'type' as topic_ref,
    payload ->> 'organization' as recipient_ref,
    null::text as executor_ref,
    payload ->> 'author_key' as author_key,
    {{ clean_text("payload ->> 'description'") }} as text,
    {{ clean_text("payload ->> 'address'") }} as address,
    nullif(btrim(payload ->> 'district'), '') as place,
    {{ degrees("payload -> 'point' ->> 'lat'", 90) }} as latitude,
    {{ degrees("payload -> 'point' ->> 'lon'", 180) }} as longitude,
    'ordinary' as priority,
    {{ mark("payload ->> 'rating'") }} as mark,
    {{ clean_text("payload ->> 'answer'") }} as reply_text,
    null::text as parent_ref,
    source_updated_at,
    load_id,
    jsonb_build_object('category', payload ->> 'category', 'photos', payload -> 'photos') as source_metadata
from versions
