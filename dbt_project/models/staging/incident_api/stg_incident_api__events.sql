-- Grain: one thing that happened to an incident: each reply of its list, and the dates in its columns.
{{ column_events(
    'incident_api',
    {
        'received': "v.payload ->> 'createdAt'",
        'first_reply': "v.payload ->> 'firstReplyAt'",
        'deferred': "v.payload ->> 'deferredAt'"
    },
    recipient="v.payload ->> 'executor'"
) }}
union all
select
    'incident_api' as source_slug,
    v.record_ref,
    e.event_code,
    {{ instant("r.reply ->> 'at'") }} as occurred_at,
    v.payload ->> 'executor' as recipient_ref,
    null::text as detail
from ({{ latest_versions('incident_api') }}) as v
cross join lateral jsonb_path_query(v.payload, '$.replies[*]') as r (reply)
inner join (
    values
    ('interim', 'interim_reply'),
    ('final', 'final_reply'),
    ('final', 'closed')
) as e (kind, event_code) on r.reply ->> 'kind' = e.kind
where {{ instant("r.reply ->> 'at'") }} is not null
