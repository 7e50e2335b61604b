-- Grain: one service request. The source sets its own target: the platform judges by it.
with versions as ({{ latest_versions('boston') }})

select
    'boston' as source_slug,
    record_ref,
    'Boston' as municipality_ref,
    'message' as kind,
    null::text as channel_code,
    {{ instant("payload ->> 'opened_at'", "'America/New_York'") }} as received_at,
    null::timestamptz as registered_at,
    payload ->> 'status' as status_ref,
    payload ->> 'topic' as topic_ref,
    payload ->> 'department' as recipient_ref,
    null::text as executor_ref,
    null::text as author_key,
    null::text as text,
    null::text as address,
    null::text as place,
    {{ degrees("payload ->> 'latitude'", 90) }} as latitude,
    {{ degrees("payload ->> 'longitude'", 180) }} as longitude,
    'ordinary' as priority,
    null::smallint as mark,
    {{ clean_text("payload ->> 'closure_reason'") }} as reply_text,
    null::text as parent_ref,
    source_updated_at,
    load_id,
    jsonb_build_object(
        'due_at', {{ instant("payload ->> 'target_at'", "'America/New_York'") }}, 'on_time', payload ->> 'on_time'
    ) as source_metadata
from versions
