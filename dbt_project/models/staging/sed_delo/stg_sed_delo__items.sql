-- Grain: one appeal by its registration card, its latest accepted version. Times are local to the municipality.
with versions as (
    {{ latest_versions('sed_delo') }}
),

fields as (
    select
        v.record_ref,
        v.source_updated_at,
        v.load_id,
        v.loaded_at,
        {{ zone_of('sed_delo', 'p.municipality') }} as time_zone,
        p.*
    from versions as v
    cross join lateral jsonb_to_record(v.payload) as p (
        received_at text,
        registered_at text,
        delivery text,
        municipality text,
        author_key text,
        address text,
        "text" text,
        topic text,
        executor text,
        status text,
        forwarded_to text,
        answer text,
        parent text
    )
)

select
    'sed_delo' as source_slug,
    record_ref,
    municipality as municipality_ref,
    'appeal' as kind,
    'sed_delo' as channel_code,
    coalesce({{ instant('received_at', 'time_zone') }}, source_updated_at, loaded_at) as received_at,
    {{ instant('registered_at', 'time_zone') }} as registered_at,
    status as status_ref,
    topic as topic_ref,
    executor as recipient_ref,
    null::text as executor_ref,
    author_key,
    {{ clean_text('"text"') }} as text,
    {{ clean_text('address') }} as address,
    null::text as place,
    null::double precision as latitude,
    null::double precision as longitude,
    'ordinary' as priority,
    null::smallint as mark,
    {{ clean_text('answer') }} as reply_text,
    nullif(btrim(parent), '') as parent_ref,
    source_updated_at,
    load_id,
    jsonb_build_object('delivery', delivery, 'forwarded_to', forwarded_to) as source_metadata
from fields
