-- Grain: one incident, its latest accepted version.
with versions as (
    {{ latest_versions('incident_api') }}
)

select
    'incident_api' as source_slug,
    record_ref,
    payload ->> 'municipality' as municipality_ref,
    'open_source_message' as kind,
    'incident' as channel_code,
    {{ instant("payload ->> 'createdAt'") }} as received_at,
    null::timestamptz as registered_at,
    payload ->> 'state' as status_ref,
    payload ->> 'topic' as topic_ref,
    payload ->> 'executor' as recipient_ref,
    null::text as executor_ref,
    payload ->> 'author_key' as author_key,
    {{ clean_text("payload ->> 'text'") }} as text,
    null::text as address,
    nullif(btrim(payload ->> 'settlement'), '') as place,
    null::double precision as latitude,
    null::double precision as longitude,
    case when payload ->> 'importance' = 'high' then 'raised' else 'ordinary' end as priority,
    null::smallint as mark,
    {{ clean_text("jsonb_path_query_first(payload, '$.replies[*] ? (@.kind == \"final\").text') #>> '{}'") }}
        as reply_text,
    null::text as parent_ref,
    source_updated_at,
    load_id,
    jsonb_build_object('network', payload ->> 'network', 'topic_group', payload ->> 'topicGroup') as source_metadata
from versions
