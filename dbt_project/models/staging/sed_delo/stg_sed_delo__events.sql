-- Grain: one thing that happened to an appeal, by the dates of its latest card. A card lists its requests for
-- information in the lines of three cells: when sent, to whom, when answered.
with versions as (
    {{ latest_versions('sed_delo') }}
),

dated as (
    select
        v.record_ref,
        {{ zone_of('sed_delo', "v.payload ->> 'municipality'") }} as time_zone,
        c.event_code,
        c.moment,
        c.recipient_ref,
        null::text as detail
    from versions as v
    cross join lateral (
        values
        ('received', v.payload ->> 'received_at', v.payload ->> 'executor'),
        ('registered', v.payload ->> 'registered_at', v.payload ->> 'executor'),
        ('assigned', v.payload ->> 'assigned_at', v.payload ->> 'executor'),
        ('extended', v.payload ->> 'extended_at', v.payload ->> 'executor'),
        ('forwarded', v.payload ->> 'forwarded_at', v.payload ->> 'forwarded_to'),
        ('forwarding_notice', v.payload ->> 'notified_at', v.payload ->> 'executor'),
        ('final_reply', v.payload ->> 'answered_at', v.payload ->> 'executor')
    ) as c (event_code, moment, recipient_ref)
    union all
    select
        v.record_ref,
        {{ zone_of('sed_delo', "v.payload ->> 'municipality'") }} as time_zone,
        c.event_code,
        c.moment,
        v.payload ->> 'executor' as recipient_ref,
        c.body as detail
    from versions as v
    cross join lateral unnest(
        string_to_array(v.payload ->> 'requested_at', e'\n'),
        string_to_array(v.payload ->> 'requested_from', e'\n'),
        string_to_array(v.payload ->> 'request_answered_at', e'\n')
    ) as q (sent, body, answered)
    cross join lateral (
        values ('requested', q.sent, q.body), ('request_answered', q.answered, q.body)
    ) as c (event_code, moment, body)
),

events as (
    select
        record_ref,
        event_code,
        {{ instant('btrim(moment)', 'time_zone') }} as occurred_at,
        recipient_ref,
        detail
    from dated
)

select
    'sed_delo' as source_slug,
    record_ref,
    event_code,
    occurred_at,
    recipient_ref,
    detail
from events
where occurred_at is not null
