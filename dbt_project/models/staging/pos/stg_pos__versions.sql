-- Grain: one accepted version of a record that has several; a later one may change the past.
-- Not materialized, so that a query for one record finds it in raw by its index.
with versions as not materialized (
    {{ several_versions('pos') }}
)

select
    'pos' as source_slug,
    v.record_ref,
    v.version_no,
    v.seen_at,
    {{ instant("v.payload ->> 'registeredAt'") }} as registered_at,
    {{ instant("v.payload -> 'answer' ->> 'interimAt'") }} as first_reply_at,
    {{ instant("v.payload -> 'answer' ->> 'at'") }} as final_reply_at,
    'ordinary' as priority,
    v.payload ->> 'topic' as topic_ref,
    v.payload ->> 'organization' as recipient_ref,
    {{ instant("v.payload ->> 'deferredUntil'") }} as promised_at,
    {{ mark("v.payload ->> 'rating'") }} as mark
from versions as v
