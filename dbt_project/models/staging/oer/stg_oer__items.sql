-- Grain: one message or appeal of the portal «Открытый электронный регион», its latest accepted version.
with versions as (
    {{ latest_versions('oer') }}
)

select
    'oer' as source_slug,
    record_ref,
    payload ->> 'municipality' as municipality_ref,
    case when payload ->> 'requestType' = 'Обращение' then 'appeal' else 'message' end as kind,
    'oer' as channel_code,
    {{ instant("payload ->> 'submitted'") }} as received_at,
    {{ instant("payload ->> 'registered'") }} as registered_at,
    payload ->> 'state' as status_ref,
    payload ->> 'theme' as topic_ref,
    payload ->> 'executor' as recipient_ref,
    null::text as executor_ref,
    payload ->> 'author_key' as author_key,
    {{ clean_text("payload ->> 'content'") }} as text,
    null::text as address,
    nullif(btrim(payload ->> 'territory'), '') as place,
    null::double precision as latitude,
    null::double precision as longitude,
    'ordinary' as priority,
    null::smallint as mark,
    {{ clean_text("payload -> 'reply' ->> 'content'") }} as reply_text,
    null::text as parent_ref,
    source_updated_at,
    load_id,
    '{}'::jsonb as source_metadata
from versions
