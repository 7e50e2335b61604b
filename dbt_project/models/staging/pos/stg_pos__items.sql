-- Grain: one message or appeal of the ПОС, its latest accepted version.
with versions as (
    {{ latest_versions('pos') }}
),

fields as (
    select
        v.record_ref,
        v.source_updated_at,
        v.load_id,
        v.loaded_at,
        p.*
    from versions as v
    cross join lateral jsonb_to_record(v.payload) as p (
        kind text,
        municipality text,
        "createdAt" text,
        "registeredAt" text,
        status text,
        category text,
        topic text,
        "fastTrack" text,
        organization text,
        author_key text,
        address jsonb,
        "text" text,
        answer jsonb,
        rating text,
        "deferredUntil" text,
        "parentId" text
    )
)

select
    'pos' as source_slug,
    record_ref,
    municipality as municipality_ref,
    case when lower(kind) = 'обращение' then 'appeal' else 'message' end as kind,
    'pos' as channel_code,
    coalesce({{ instant('"createdAt"') }}, source_updated_at, loaded_at) as received_at,
    {{ instant('"registeredAt"') }} as registered_at,
    status as status_ref,
    topic as topic_ref,
    organization as recipient_ref,
    null::text as executor_ref,
    author_key,
    {{ clean_text('"text"') }} as text,
    {{ clean_text("address ->> 'text'") }} as address,
    nullif(btrim(address ->> 'district'), '') as place,
    {{ degrees("address ->> 'lat'", 90) }} as latitude,
    {{ degrees("address ->> 'lon'", 180) }} as longitude,
    'ordinary' as priority,
    {{ mark('rating') }} as mark,
    {{ clean_text("answer ->> 'text'") }} as reply_text,
    nullif("parentId", '') as parent_ref,
    source_updated_at,
    load_id,
    jsonb_build_object(
        'category', category, 'is_fast_track', "fastTrack" = 'true', 'deferred_until', "deferredUntil"
    ) as source_metadata
from fields
