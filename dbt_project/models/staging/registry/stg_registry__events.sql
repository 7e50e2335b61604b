-- Grain: one thing that happened to an appeal: its dates, and an answer that a later version withdrew.
-- Not materialized, so that a query for one record finds it in raw by its index; read once, since all versions are
-- sorted for it.
with versions as not materialized (
    {{ accepted_versions('registry') }}
),

states as not materialized (
    select
        v.record_ref,
        v.source_updated_at,
        p.*,
        nullif(p.answered_at, '') as answer_at,
        lag(nullif(p.answered_at, '')) over earlier_first as answer_at_before,
        lead(nullif(p.answered_at, '')) over earlier_first as answer_at_after,
        lead(v.record_ref) over earlier_first is null as is_latest
    from versions as v
    cross join lateral jsonb_to_record(v.payload) as p (
        received_at text,
        registered_at text,
        assigned_at text,
        extended_at text,
        forwarded_at text,
        notified_at text,
        answered_at text,
        recipient text,
        forwarded_to text
    )
    window earlier_first as (
        partition by v.record_ref
        order by v.source_updated_at asc nulls first, v.load_id asc, v.payload_hash desc
    )
),

events as (
    select
        s.record_ref,
        c.event_code,
        coalesce(c.seen_at, {{ instant('c.moment') }}) as occurred_at,
        coalesce(c.recipient_ref, s.recipient) as recipient_ref
    from states as s
    cross join lateral (
        values
        ('received', s.received_at, null::timestamptz, null, s.is_latest),
        ('registered', s.registered_at, null, null, s.is_latest),
        ('assigned', s.assigned_at, null, null, s.is_latest),
        ('extended', s.extended_at, null, null, s.is_latest),
        ('forwarded', s.forwarded_at, null, s.forwarded_to, s.is_latest),
        ('forwarding_notice', s.notified_at, null, null, s.is_latest),
        -- the current answer and each withdrawn one: an answer given in time still counts after the appeal is
        -- reopened; a corrected answer is no second answer
        ('final_reply', s.answer_at, null, null, s.is_latest or s.answer_at_after is null),
        ('reopened', null, s.source_updated_at, null, s.answer_at is null and s.answer_at_before is not null)
    ) as c (event_code, moment, seen_at, recipient_ref, is_counted)
    where c.is_counted
)

select
    'registry' as source_slug,
    record_ref,
    event_code,
    occurred_at,
    recipient_ref,
    null::text as detail
from events
where occurred_at is not null
