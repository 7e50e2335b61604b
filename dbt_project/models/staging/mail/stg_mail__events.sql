-- Grain: one thing that happened to a message of a mailed list: it was received or answered.
-- Not materialized, so that a query for one record finds it in raw by its index.
with versions as not materialized (
    {{ latest_versions('mail') }}
)

select
    'mail' as source_slug,
    v.record_ref,
    e.event_code,
    {{ instant('e.moment', "coalesce(m.time_zone, '" ~ var('time_zone') ~ "')") }} as occurred_at,
    v.payload ->> 'recipient' as recipient_ref,
    null::text as detail
from versions as v
left join {{ ref('municipality_map') }} as r
    on r.source_slug = 'mail' and btrim(v.payload ->> 'municipality') = r.municipality_ref
left join {{ ref('municipalities') }} as m on r.municipality_code = m.municipality_code
cross join lateral (
    values
    ('received', v.payload ->> 'received_at'),
    -- an office mails a list of what it has registered; the list has no date of registration
    ('registered', v.payload ->> 'received_at'),
    ('final_reply', v.payload ->> 'answered_at')
) as e (event_code, moment)
where {{ instant('e.moment', "coalesce(m.time_zone, '" ~ var('time_zone') ~ "')") }} is not null
