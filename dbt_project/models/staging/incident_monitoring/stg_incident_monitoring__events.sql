-- Grain: one thing that happened to an incident, by the date columns of its latest version. This layout tells no other
-- answer than the closing.
with versions as (
    {{ latest_versions('incident_monitoring') }}
),

events as (
    select
        v.record_ref,
        c.event_code,
        {{ instant('c.moment', zone_of('incident_monitoring', "v.payload ->> 'municipality'")) }} as occurred_at
    from versions as v
    cross join lateral (
        values
        ('received', v.payload ->> 'created_at'),
        ('final_reply', v.payload ->> 'closed_at'),
        ('closed', v.payload ->> 'closed_at')
    ) as c (event_code, moment)
)

select
    'incident_monitoring' as source_slug,
    record_ref,
    event_code,
    occurred_at,
    null::text as recipient_ref,
    null::text as detail
from events
where occurred_at is not null
