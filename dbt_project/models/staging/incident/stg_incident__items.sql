-- Grain: one incident, its latest accepted version. Times of the export are local to the municipality.
with versions as (
    {{ latest_versions('incident') }}
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
        type text,
        result text,
        executor text,
        author_key text,
        network text,
        importance text,
        created_at text,
        topic_group text,
        topic text,
        municipality text,
        settlement text,
        reply_text text,
        "text" text
    )
    left join {{ ref('municipality_map') }} as r
        on r.source_slug = 'incident' and btrim(p.municipality) = r.municipality_ref
    left join {{ ref('municipalities') }} as m on r.municipality_code = m.municipality_code
)

select
    'incident' as source_slug,
    record_ref,
    municipality as municipality_ref,
    'open_source_message' as kind,
    'incident' as channel_code,
    coalesce({{ instant('created_at', 'time_zone') }}, source_updated_at, loaded_at) as received_at,
    null::timestamptz as registered_at,
    coalesce(nullif(btrim(result), ''), 'В работе') as status_ref,
    -- the export marks some topics with a star
    regexp_replace(topic, '^\s*★\s*', '') as topic_ref,
    executor as recipient_ref,
    null::text as executor_ref,
    author_key,
    {{ clean_text('"text"') }} as text,
    null::text as address,
    nullif(btrim(settlement), '') as place,
    null::double precision as latitude,
    null::double precision as longitude,
    case when lower(importance) = 'повышенная' then 'raised' else 'ordinary' end as priority,
    null::smallint as mark,
    {{ clean_text('reply_text') }} as reply_text,
    null::text as parent_ref,
    source_updated_at,
    load_id,
    jsonb_build_object('type', type, 'network', network, 'topic_group', topic_group) as source_metadata
from fields
