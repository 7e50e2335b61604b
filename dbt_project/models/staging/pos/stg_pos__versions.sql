-- Grain: one accepted version of a record that has several: what a later one may have changed after the fact.
-- Not materialized, so that the record asked for is looked up in raw by its index.
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
    v.payload ->> 'organization' as recipient_ref
from versions as v
