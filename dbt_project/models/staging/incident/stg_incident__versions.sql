-- Grain: one accepted version of a record that has several; a later one may change the past.
-- Not materialized, so that a query for one record finds it in raw by its index.
with versions as not materialized (
    {{ several_versions('incident') }}
)

select
    'incident' as source_slug,
    v.record_ref,
    v.version_no,
    v.seen_at,
    null::timestamptz as registered_at,
    {{ instant("v.payload ->> 'first_reply_at'", "coalesce(m.time_zone, '" ~ var('time_zone') ~ "')") }}
        as first_reply_at,
    {{ instant("v.payload ->> 'closed_at'", "coalesce(m.time_zone, '" ~ var('time_zone') ~ "')") }} as final_reply_at,
    case when lower(v.payload ->> 'importance') = 'повышенная' then 'raised' else 'ordinary' end as priority,
    regexp_replace(v.payload ->> 'topic', '^\s*★\s*', '') as topic_ref,
    v.payload ->> 'executor' as recipient_ref,
    null::timestamptz as promised_at,
    null::smallint as mark
from versions as v
left join {{ ref('municipality_map') }} as r
    on r.source_slug = 'incident' and btrim(v.payload ->> 'municipality') = r.municipality_ref
left join {{ ref('municipalities') }} as m on r.municipality_code = m.municipality_code
