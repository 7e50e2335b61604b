-- Grain: one thing that happened to an incident.
-- The export gives the current state only: dates come from the columns of the latest version; a deferral and a
-- reopening are found by comparing each version with the next.
-- Not materialized, so that a query for one record finds it in raw by its index; read once, since all versions are
-- sorted for it.
with versions as not materialized (
    {{ accepted_versions('incident') }}
),

states as not materialized (
    select
        v.record_ref,
        v.source_updated_at,
        coalesce(m.time_zone, '{{ var("time_zone") }}') as time_zone,
        p.created_at,
        p.first_reply_at,
        p.interim_reply_at,
        p.executor,
        coalesce(p.result, '') as result,
        lag(coalesce(p.result, ''), 1, '') over earlier_first as result_before,
        nullif(p.closed_at, '') as closed_at,
        lag(nullif(p.closed_at, '')) over earlier_first as closed_at_before,
        lead(nullif(p.closed_at, '')) over earlier_first as closed_at_after,
        lead(v.record_ref) over earlier_first is null as is_latest
    from versions as v
    cross join lateral jsonb_to_record(v.payload) as p (
        municipality text,
        created_at text,
        first_reply_at text,
        interim_reply_at text,
        closed_at text,
        executor text,
        result text
    )
    left join {{ ref('municipality_map') }} as r
        on r.source_slug = 'incident' and btrim(p.municipality) = r.municipality_ref
    left join {{ ref('municipalities') }} as m on r.municipality_code = m.municipality_code
    window earlier_first as (
        partition by v.record_ref
        order by v.source_updated_at asc nulls first, v.load_id asc, v.payload_hash desc
    )
),

events as (
    select
        s.record_ref,
        c.event_code,
        coalesce({{ instant('c.moment', 's.time_zone') }}, c.seen_at) as occurred_at,
        s.executor as recipient_ref
    from states as s
    cross join lateral (
        values
        ('received', s.created_at, null::timestamptz, s.is_latest),
        ('first_reply', s.first_reply_at, null, s.is_latest),
        ('interim_reply', s.interim_reply_at, null, s.is_latest),
        ('closed', s.closed_at, null, s.is_latest),
        -- the current answer and each withdrawn one: an answer given in time still counts after the incident is
        -- reopened; a corrected answer is no second answer
        ('final_reply', s.closed_at, null, s.is_latest or s.closed_at_after is null),
        -- an interim reply means a deferral; the export only shows that it existed when the export was made
        (
            'deferred', s.interim_reply_at, s.source_updated_at,
            s.result = 'Отложено' and s.result_before != 'Отложено'
        ),
        ('reopened', null, s.source_updated_at, s.closed_at is null and s.closed_at_before is not null)
    ) as c (event_code, moment, seen_at, is_counted)
    where c.is_counted
)

select
    'incident' as source_slug,
    record_ref,
    event_code,
    occurred_at,
    recipient_ref,
    null::text as detail
from events
where occurred_at is not null
