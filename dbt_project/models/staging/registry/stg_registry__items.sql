-- Grain: one appeal under 59-ФЗ of the registration database, its latest accepted version.
with versions as (
    {{ latest_versions('registry') }}
),

fields as (
    select
        v.record_ref,
        v.source_updated_at,
        v.load_id,
        v.loaded_at,
        p.*
    from versions as v
    cross join lateral jsonb_to_record(v.payload) as p (
        number text,
        municipality text,
        received_at text,
        registered_at text,
        delivery text,
        appeal_type text,
        status text,
        recipient text,
        forwarded_to text,
        author_key text,
        author_address text,
        "text" text,
        answer_text text,
        repeat_of text,
        questions jsonb
    )
)

select
    'registry' as source_slug,
    record_ref,
    municipality as municipality_ref,
    'appeal' as kind,
    case lower(btrim(delivery))
        when 'епгу' then 'registry_epgu'
        when 'письменно' then 'registry_written'
        when 'личный приём' then 'registry_personal'
        when 'телефонограмма' then 'registry_phone'
    end as channel_code,
    coalesce({{ instant('received_at') }}, source_updated_at, loaded_at) as received_at,
    {{ instant('registered_at') }} as registered_at,
    status as status_ref,
    -- the first question's code of the typical classifier; the other codes are in the questions
    case when jsonb_typeof(questions) = 'array' then questions -> 0 ->> 'code' end as topic_ref,
    recipient as recipient_ref,
    null::text as executor_ref,
    author_key,
    {{ clean_text('"text"') }} as text,
    {{ clean_text('author_address') }} as address,
    null::text as place,
    null::double precision as latitude,
    null::double precision as longitude,
    'ordinary' as priority,
    null::smallint as mark,
    {{ clean_text('answer_text') }} as reply_text,
    nullif(repeat_of, '') as parent_ref,
    source_updated_at,
    load_id,
    jsonb_build_object('number', number, 'appeal_type', appeal_type, 'forwarded_to', forwarded_to) as source_metadata
from fields
