-- Grain: one message. The extract has no dates: a message was received when its file was.
with versions as ({{ latest_versions('kursk') }})

select
    'kursk' as source_slug,
    record_ref,
    'Курская область' as municipality_ref,
    'message' as kind,
    null::text as channel_code,
    loaded_at as received_at,
    null::timestamptz as registered_at,
    null::text as status_ref,
    payload ->> 'theme' as topic_ref,
    payload ->> 'executor' as recipient_ref,
    null::text as executor_ref,
    null::text as author_key,
    {{ clean_text("payload ->> 'text'") }} as text,
    null::text as address,
    null::text as place,
    null::double precision as latitude,
    null::double precision as longitude,
    'ordinary' as priority,
    null::smallint as mark,
    null::text as reply_text,
    null::text as parent_ref,
    source_updated_at,
    load_id,
    jsonb_build_object('category', payload ->> 'category') as source_metadata
from versions
