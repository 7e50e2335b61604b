-- Grain: one thing that happened to a message, by the date columns of its latest version. A deferral is found by
-- comparing each version with the next.
with versions as (
    {{ accepted_versions('pos_export') }}
),

states as (
    select
        v.record_ref,
        v.payload,
        v.source_updated_at,
        {{ zone_of('pos_export', "v.payload ->> 'municipality'") }} as time_zone,
        v.payload ->> 'organization' as recipient_ref,
        nullif(v.payload ->> 'deferred_until', '') as deferred_until,
        lag(nullif(v.payload ->> 'deferred_until', '')) over earlier_first as deferred_until_before,
        lead(v.record_ref) over earlier_first is null as is_latest
    from versions as v
    window earlier_first as (
        partition by v.record_ref
        order by v.source_updated_at asc nulls first, v.load_id asc, v.payload_hash desc
    )
),

events as (
    select
        s.record_ref,
        c.event_code,
        {{ instant('c.moment', 's.time_zone') }} as occurred_at,
        s.recipient_ref
    from states as s
    cross join lateral (
        values
        ('received', s.payload ->> 'created_at'),
        ('registered', s.payload ->> 'registered_at'),
        ('interim_reply', s.payload ->> 'interim_at'),
        ('final_reply', s.payload ->> 'answered_at'),
        ('marked', s.payload ->> 'marked_at')
    ) as c (event_code, moment)
    where s.is_latest
    union all
    -- the export does not say when the decision was deferred, only that it was by the time of the export
    select
        s.record_ref,
        'deferred' as event_code,
        s.source_updated_at as occurred_at,
        s.recipient_ref
    from states as s
    where
        s.deferred_until is not null
        and s.deferred_until_before is null
)

select
    'pos_export' as source_slug,
    record_ref,
    event_code,
    occurred_at,
    recipient_ref,
    null::text as detail
from events
where occurred_at is not null
