-- Grain: one accepted version of a record that has several; a later one may change the past.
-- Not materialized, so that a query for one record finds it in raw by its index.
with versions as not materialized (
    {{ several_versions('registry') }}
)

select
    'registry' as source_slug,
    v.record_ref,
    v.version_no,
    v.seen_at,
    {{ instant("v.payload ->> 'registered_at'") }} as registered_at,
    null::timestamptz as first_reply_at,
    {{ instant("v.payload ->> 'answered_at'") }} as final_reply_at,
    'ordinary' as priority,
    case
        when jsonb_typeof(v.payload -> 'questions') = 'array' then v.payload -> 'questions' -> 0 ->> 'code'
    end as topic_ref,
    v.payload ->> 'recipient' as recipient_ref,
    null::timestamptz as promised_at,
    null::smallint as mark
from versions as v
