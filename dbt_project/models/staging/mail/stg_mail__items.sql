-- Grain: one message of a list that an office mailed, its latest accepted version. Times are local to the municipality.
-- Not materialized, so that a query for one record finds it in raw by its index.
with versions as not materialized (
    {{ latest_versions('mail') }}
),

fields as (
    select
        v.record_ref,
        v.source_updated_at,
        v.load_id,
        v.loaded_at,
        coalesce(m.time_zone, '{{ var("time_zone") }}') as time_zone,
        p.*
    from versions as v
    cross join lateral jsonb_to_record(v.payload) as p (
        received_at text,
        municipality text,
        author_key text,
        address text,
        topic text,
        recipient text,
        "text" text,
        status text,
        reply_text text
    )
    left join {{ ref('municipality_map') }} as r
        on r.source_slug = 'mail' and btrim(p.municipality) = r.municipality_ref
    left join {{ ref('municipalities') }} as m on r.municipality_code = m.municipality_code
)

select
    'mail' as source_slug,
    record_ref,
    municipality as municipality_ref,
    'message' as kind,
    'mail' as channel_code,
    coalesce({{ instant('received_at', 'time_zone') }}, source_updated_at, loaded_at) as received_at,
    null::timestamptz as registered_at,
    status as status_ref,
    topic as topic_ref,
    recipient as recipient_ref,
    null::text as executor_ref,
    author_key,
    {{ clean_text('"text"') }} as text,
    {{ clean_text('address') }} as address,
    null::text as place,
    null::double precision as latitude,
    null::double precision as longitude,
    'ordinary' as priority,
    null::smallint as mark,
    {{ clean_text('reply_text') }} as reply_text,
    null::text as parent_ref,
    source_updated_at,
    load_id,
    '{}'::jsonb as source_metadata
from fields
