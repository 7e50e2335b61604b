-- Grain: one problem of the regional centre's list, its latest accepted version.
with versions as (
    {{ latest_versions('bi_rcc_problems') }}
),

placed as (
    select
        *,
        {{ zone_of('bi_rcc_problems', "payload ->> 'municipality'") }} as time_zone
    from versions
)

select
    'bi_rcc_problems' as source_slug,
    record_ref,
    payload ->> 'municipality' as municipality_ref,
    {{ clean_text("payload ->> 'title'") }} as title,
    payload ->> 'topic' as topic_ref,
    {{ clean_text("payload ->> 'place'") }} as place,
    {{ degrees("replace(payload ->> 'latitude', ',', '.')", 90) }} as latitude,
    {{ degrees("replace(payload ->> 'longitude', ',', '.')", 180) }} as longitude,
    {{ local_day("payload ->> 'opened_on'", 'time_zone') }} as opened_on,
    {{ local_day("payload ->> 'closed_on'", 'time_zone') }} as closed_on,
    btrim(payload ->> 'status') as status_ref,
    case
        when payload ->> 'messages_count' ~ '^\d{1,9}$' then (payload ->> 'messages_count')::integer
    end as messages_count,
    source_updated_at,
    load_id
from placed
