-- Grain: one appeal, its latest accepted version. Its status is that of its least advanced question. Days are local to
-- the municipality of the department that the message names.
with versions as (
    {{ latest_versions('sed_sstu') }}
),

questions as (
    select
        record_ref,
        min(received_on) as received_on,
        min(registered_on) as registered_on,
        (array_agg(classifier_code order by question_no))[1] as classifier_code,
        (
            array_agg(
                status_ref
                order by
                    array_position(array['NotReceived', 'NotRegistered', 'InWork', 'InWorkExtended'], status_ref),
                    question_no
            )
        )[1] as status_ref
    from {{ ref('base_sed_sstu__questions') }}
    group by record_ref
),

fields as (
    select
        v.record_ref,
        v.source_updated_at,
        v.load_id,
        v.loaded_at,
        v.payload,
        q.classifier_code,
        q.status_ref,
        q.registered_on::timestamp as registered_on,
        coalesce(q.received_on, {{ local_day("v.payload ->> 'createDate'") }})::timestamp as received_on,
        {{ zone_of('sed_sstu', "v.payload ->> 'departmentId'") }} as time_zone
    from versions as v
    inner join questions as q on v.record_ref = q.record_ref
)

select
    'sed_sstu' as source_slug,
    record_ref,
    payload ->> 'departmentId' as municipality_ref,
    'appeal' as kind,
    'sed_sstu' as channel_code,
    coalesce(received_on at time zone time_zone, source_updated_at, loaded_at) as received_at,
    registered_on at time zone time_zone as registered_at,
    status_ref,
    classifier_code as topic_ref,
    null::text as recipient_ref,
    null::text as executor_ref,
    payload ->> 'author_key' as author_key,
    null::text as text,
    null::text as address,
    null::text as place,
    null::double precision as latitude,
    null::double precision as longitude,
    'ordinary' as priority,
    null::smallint as mark,
    null::text as reply_text,
    null::text as parent_ref,
    source_updated_at,
    load_id,
    jsonb_build_object('format', payload ->> 'format', 'is_direct', payload -> 'isDirect') as source_metadata
from fields
