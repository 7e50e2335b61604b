-- Grain: one line of the register, its latest accepted version. Days are local to the municipality.
with versions as (
    {{ latest_versions('paper_register') }}
),

fields as (
    select
        v.record_ref,
        v.source_updated_at,
        v.load_id,
        v.loaded_at,
        {{ zone_of('paper_register', 'p.municipality') }} as time_zone,
        p.*
    from versions as v
    cross join lateral jsonb_to_record(v.payload) as p (
        kind text,
        municipality text,
        received_at text,
        registered_at text,
        author_key text,
        address text,
        topic text,
        "text" text,
        recipient text,
        status text,
        answer text,
        parent text
    )
)

select
    'paper_register' as source_slug,
    record_ref,
    municipality as municipality_ref,
    'appeal' as kind,
    case lower(btrim(kind))
        when 'письменное обращение' then 'paper_written'
        when 'телефонограмма' then 'paper_phone'
        when 'личный приём' then 'paper_personal'
    end as channel_code,
    coalesce({{ instant('received_at', 'time_zone') }}, source_updated_at, loaded_at) as received_at,
    {{ instant('registered_at', 'time_zone') }} as registered_at,
    btrim(status) as status_ref,
    btrim(topic) as topic_ref,
    btrim(recipient) as recipient_ref,
    null::text as executor_ref,
    author_key,
    {{ clean_text('"text"') }} as text,
    {{ clean_text('address') }} as address,
    null::text as place,
    null::double precision as latitude,
    null::double precision as longitude,
    'ordinary' as priority,
    null::smallint as mark,
    {{ clean_text('answer') }} as reply_text,
    nullif(btrim(parent), '') as parent_ref,
    source_updated_at,
    load_id,
    jsonb_build_object('delivery', kind) as source_metadata
from fields
