-- Grain: one message of an exported table of ПОС, its latest accepted version. Times are local to the municipality.
with versions as (
    {{ latest_versions('pos_export') }}
),

fields as (
    select
        v.record_ref,
        v.source_updated_at,
        v.load_id,
        v.loaded_at,
        {{ zone_of('pos_export', 'p.municipality') }} as time_zone,
        p.*
    from versions as v
    cross join lateral jsonb_to_record(v.payload) as p (
        kind text,
        municipality text,
        created_at text,
        registered_at text,
        status text,
        category text,
        topic text,
        organization text,
        author_key text,
        address text,
        district text,
        latitude text,
        longitude text,
        "text" text,
        answer text,
        deferred_until text,
        mark text,
        parent text
    )
)

select
    'pos_export' as source_slug,
    record_ref,
    municipality as municipality_ref,
    case lower(btrim(kind)) when 'обращение' then 'appeal' else 'message' end as kind,
    'pos' as channel_code,
    coalesce({{ instant('created_at', 'time_zone') }}, source_updated_at, loaded_at) as received_at,
    {{ instant('registered_at', 'time_zone') }} as registered_at,
    status as status_ref,
    topic as topic_ref,
    organization as recipient_ref,
    null::text as executor_ref,
    author_key,
    {{ clean_text('"text"') }} as text,
    {{ clean_text('address') }} as address,
    nullif(btrim(district), '') as place,
    -- offices write a decimal comma
    {{ degrees("replace(latitude, ',', '.')", 90) }} as latitude,
    {{ degrees("replace(longitude, ',', '.')", 180) }} as longitude,
    'ordinary' as priority,
    {{ mark('mark') }} as mark,
    {{ clean_text('answer') }} as reply_text,
    nullif(btrim(parent), '') as parent_ref,
    source_updated_at,
    load_id,
    jsonb_build_object('category', category, 'deferred_until', deferred_until) as source_metadata
from fields
