-- Grain: one thing that happened to an appeal: its dates, and an answer that a later version withdrew.
-- Not materialized, so that a query for one record finds it in raw by its index.
with versions as not materialized (
    {{ accepted_versions('registry') }}
),

states as not materialized (
    select
        v.record_ref,
        v.payload,
        v.source_updated_at,
        v.payload ->> 'recipient' as recipient_ref,
        nullif(v.payload ->> 'answered_at', '') as answered_at,
        lag(nullif(v.payload ->> 'answered_at', '')) over earlier_first as answered_at_before,
        lead(v.record_ref) over earlier_first is null as is_latest,
        lead(nullif(v.payload ->> 'answered_at', '')) over earlier_first as answered_at_after
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
        {{ instant('c.moment') }} as occurred_at,
        coalesce(c.recipient_ref, s.recipient_ref) as recipient_ref
    from states as s
    cross join lateral (
        values
        ('received', s.payload ->> 'received_at', null),
        ('registered', s.payload ->> 'registered_at', null),
        ('assigned', s.payload ->> 'assigned_at', null),
        ('extended', s.payload ->> 'extended_at', null),
        ('forwarded', s.payload ->> 'forwarded_at', s.payload ->> 'forwarded_to'),
        ('forwarding_notice', s.payload ->> 'notified_at', null)
    ) as c (event_code, moment, recipient_ref)
    where s.is_latest
    union all
    -- the current answer and each withdrawn one: an answer given in time still counts after the appeal is reopened;
    -- a corrected answer is no second answer
    select
        s.record_ref,
        'final_reply' as event_code,
        {{ instant('s.answered_at') }} as occurred_at,
        s.recipient_ref
    from states as s
    where
        s.answered_at is not null
        and (s.is_latest or s.answered_at_after is null)
    union all
    select
        s.record_ref,
        'reopened' as event_code,
        s.source_updated_at as occurred_at,
        s.recipient_ref
    from states as s
    where
        s.answered_at is null
        and s.answered_at_before is not null
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
