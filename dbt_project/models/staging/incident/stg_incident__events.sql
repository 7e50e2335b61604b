-- Grain: one thing that happened to an incident.
-- The export gives the current state only: dates come from the columns of the latest version; a deferral and a
-- reopening are found by comparing each version with the next.
-- Not materialized, so that a query for one record finds it in raw by its index.
with versions as not materialized (
    {{ accepted_versions('incident') }}
),

states as not materialized (
    select
        v.record_ref,
        v.payload,
        v.source_updated_at,
        coalesce(m.time_zone, '{{ var("time_zone") }}') as time_zone,
        v.payload ->> 'executor' as recipient_ref,
        coalesce(v.payload ->> 'result', '') as result,
        lag(coalesce(v.payload ->> 'result', ''), 1, '') over earlier_first as result_before,
        nullif(v.payload ->> 'closed_at', '') as closed_at,
        lag(nullif(v.payload ->> 'closed_at', '')) over earlier_first as closed_at_before,
        lead(nullif(v.payload ->> 'closed_at', '')) over earlier_first as closed_at_after,
        lead(v.record_ref) over earlier_first is null as is_latest
    from versions as v
    left join {{ ref('municipality_map') }} as r
        on r.source_slug = 'incident' and btrim(v.payload ->> 'municipality') = r.municipality_ref
    left join {{ ref('municipalities') }} as m on r.municipality_code = m.municipality_code
    window earlier_first as (
        partition by v.record_ref
        order by v.source_updated_at asc nulls first, v.load_id asc, v.payload_hash desc
    )
),

dated as (
    select
        s.record_ref,
        c.event_code,
        {{ instant('c.moment', 's.time_zone') }} as occurred_at,
        s.recipient_ref
    from states as s
    cross join lateral (
        values
        ('received', s.payload ->> 'created_at'),
        ('first_reply', s.payload ->> 'first_reply_at'),
        ('interim_reply', s.payload ->> 'interim_reply_at'),
        ('closed', s.closed_at)
    ) as c (event_code, moment)
    where s.is_latest
),

-- the current answer and each withdrawn one: an answer given in time still counts after the incident is reopened;
-- a corrected answer is no second answer
answers as (
    select
        s.record_ref,
        'final_reply' as event_code,
        {{ instant('s.closed_at', 's.time_zone') }} as occurred_at,
        s.recipient_ref
    from states as s
    where
        s.closed_at is not null
        and (s.is_latest or s.closed_at_after is null)
),

differences as (
    select
        s.record_ref,
        'deferred' as event_code,
        -- an interim reply means a deferral; the export only shows that it existed when the export was made
        coalesce({{ instant("s.payload ->> 'interim_reply_at'", 's.time_zone') }}, s.source_updated_at) as occurred_at,
        s.recipient_ref
    from states as s
    where
        s.result = 'Отложено'
        and s.result_before != 'Отложено'
    union all
    select
        s.record_ref,
        'reopened' as event_code,
        s.source_updated_at as occurred_at,
        s.recipient_ref
    from states as s
    where
        s.closed_at is null
        and s.closed_at_before is not null
)

select
    'incident' as source_slug,
    record_ref,
    event_code,
    occurred_at,
    recipient_ref,
    null::text as detail
from (
    select * from dated
    union all
    select * from answers
    union all
    select * from differences
) as events
where occurred_at is not null
