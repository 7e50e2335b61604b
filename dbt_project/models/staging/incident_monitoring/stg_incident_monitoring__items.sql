-- Grain: one incident, its latest accepted version. Times of the export are local to the municipality.
with versions as (
    {{ latest_versions('incident_monitoring') }}
),

fields as (
    select
        v.record_ref,
        v.source_updated_at,
        v.load_id,
        v.loaded_at,
        {{ zone_of('incident_monitoring', 'p.municipality') }} as time_zone,
        p.*
    from versions as v
    cross join lateral jsonb_to_record(v.payload) as p (
        created_at text,
        closed_at text,
        topic_group text,
        municipality text,
        settlement text,
        street text,
        house text,
        type text,
        tags text,
        "text" text
    )
)

select
    'incident_monitoring' as source_slug,
    record_ref,
    municipality as municipality_ref,
    'open_source_message' as kind,
    'incident' as channel_code,
    coalesce({{ instant('created_at', 'time_zone') }}, source_updated_at, loaded_at) as received_at,
    null::timestamptz as registered_at,
    -- this layout has no status of its own
    case when nullif(closed_at, '') is null then 'В работе' else 'Решено' end as status_ref,
    -- the first tag is more exact than the topic group
    coalesce(nullif(btrim(split_part(tags, ';', 1)), ''), topic_group) as topic_ref,
    null::text as recipient_ref,
    null::text as executor_ref,
    null::text as author_key,
    {{ clean_text('"text"') }} as text,
    {{ clean_text("concat_ws(', ', nullif(btrim(street), ''), nullif(btrim(house), ''))") }} as address,
    nullif(btrim(settlement), '') as place,
    null::double precision as latitude,
    null::double precision as longitude,
    case when lower(tags) like '%повышенная важность%' then 'raised' else 'ordinary' end as priority,
    null::smallint as mark,
    null::text as reply_text,
    null::text as parent_ref,
    source_updated_at,
    load_id,
    jsonb_build_object('type', type, 'topic_group', topic_group, 'tags', tags) as source_metadata
from fields
