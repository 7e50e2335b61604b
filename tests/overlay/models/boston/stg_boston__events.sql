-- Grain: one thing that happened to a service request.
with versions as ({{ latest_versions('boston') }})

select
    'boston' as source_slug,
    v.record_ref,
    e.event_code,
    {{ instant('e.moment', "'America/New_York'") }} as occurred_at,
    v.payload ->> 'department' as recipient_ref,
    null::text as detail
from versions as v
cross join lateral (
    values
    ('received', v.payload ->> 'opened_at'),
    ('final_reply', v.payload ->> 'closed_at'),
    ('closed', v.payload ->> 'closed_at')
) as e (event_code, moment)
where nullif(e.moment, '') is not null
