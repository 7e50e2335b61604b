-- Grain: one thing that happened to an appeal, by the dates of its questions. It is answered once each question is.
-- The source gives no date for an extended deadline: the first version that reports it gives the date.
with questions as (
    select
        q.record_ref,
        {{ zone_of('sed_sstu', 'i.municipality_ref') }} as time_zone,
        q.received_on,
        q.registered_on,
        q.result_code,
        q.result_on
    from {{ ref('base_sed_sstu__questions') }} as q
    inner join {{ ref('stg_sed_sstu__items') }} as i on q.record_ref = i.record_ref
),

appeals as (
    select
        record_ref,
        time_zone,
        min(received_on) as received_on,
        min(registered_on) as registered_on,
        min(result_on) filter (where result_code = 'Transferred') as forwarded_on,
        -- a forwarded question is answered by somebody else
        case when bool_and(result_code is not null) then max(result_on) filter (where result_code != 'Transferred') end
            as answered_on
    from questions
    group by record_ref, time_zone
),

extended as (
    select
        v.record_ref,
        min(v.source_updated_at) as occurred_at
    from ({{ accepted_versions('sed_sstu') }}) as v
    where
        jsonb_path_exists(
            v.payload,
            '$.questions[*] ? (@.isExtend == true
             || @.status == "InWorkExtended" || @.status == "ConsiderationExtended")'
        )
    group by v.record_ref
),

events as (
    select
        a.record_ref,
        c.event_code,
        c.happened_on::timestamp at time zone a.time_zone as occurred_at
    from appeals as a
    cross join lateral (
        values
        ('received', a.received_on),
        ('registered', a.registered_on),
        ('forwarded', a.forwarded_on),
        ('final_reply', a.answered_on)
    ) as c (event_code, happened_on)
    union all
    select
        record_ref,
        'extended' as event_code,
        occurred_at
    from extended
)

select
    'sed_sstu' as source_slug,
    record_ref,
    event_code,
    occurred_at,
    null::text as recipient_ref,
    null::text as detail
from events
where occurred_at is not null
