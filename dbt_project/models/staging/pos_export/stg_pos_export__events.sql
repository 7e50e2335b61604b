-- Grain: one thing that happened to a message, by the date columns of its latest version. A deferral is found by
-- comparing each version with the next.
with versions as (
    {{ accepted_versions('pos_export') }}
),

states as (
    select
        v.record_ref,
        v.source_updated_at,
        p.*,
        nullif(p.deferred_until, '') as deferral,
        lag(nullif(p.deferred_until, '')) over earlier_first as deferral_before,
        lead(v.record_ref) over earlier_first is null as is_latest
    from versions as v
    cross join lateral jsonb_to_record(v.payload) as p (
        municipality text,
        created_at text,
        registered_at text,
        interim_at text,
        answered_at text,
        marked_at text,
        deferred_until text,
        organization text
    )
    window earlier_first as (
        partition by v.record_ref
        order by v.source_updated_at asc nulls first, v.load_id asc, v.payload_hash desc
    )
),

zoned as (
    select
        *,
        {{ zone_of('pos_export', 'municipality') }} as time_zone
    from states
),

events as (
    select
        s.record_ref,
        c.event_code,
        coalesce(c.seen_at, {{ instant('c.moment', 's.time_zone') }}) as occurred_at,
        s.organization as recipient_ref
    from zoned as s
    cross join lateral (
        values
        ('received', s.created_at, null::timestamptz, s.is_latest),
        ('registered', s.registered_at, null, s.is_latest),
        ('interim_reply', s.interim_at, null, s.is_latest),
        ('final_reply', s.answered_at, null, s.is_latest),
        ('marked', s.marked_at, null, s.is_latest),
        -- the export does not say when the decision was deferred, only that it was by the time of the export
        ('deferred', null, s.source_updated_at, s.deferral is not null and s.deferral_before is null)
    ) as c (event_code, moment, seen_at, is_counted)
    where c.is_counted
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
