-- Grain: one line of the register of measures, its latest accepted version.
with versions as (
    {{ latest_versions('measures') }}
),

placed as (
    select
        *,
        {{ zone_of('measures', "payload ->> 'municipality'") }} as time_zone
    from versions
)

select
    'measures' as source_slug,
    record_ref,
    payload ->> 'municipality' as municipality_ref,
    case lower(btrim(payload ->> 'kind'))
        when 'поручение' then 'task'
        when 'дорожная карта' then 'roadmap'
        when 'паспорт проекта' then 'project'
        when 'план' then 'plan'
        else 'measure'
    end as kind,
    payload ->> 'title' as title,
    btrim(payload ->> 'block') as block_ref,
    btrim(payload ->> 'responsible') as responsible_ref,
    payload ->> 'basis' as basis,
    {{ local_day("payload ->> 'planned_on'", 'time_zone') }} as planned_on,
    {{ local_day("payload ->> 'done_on'", 'time_zone') }} as done_on,
    {{ percent("payload ->> 'progress'") }} as progress,
    btrim(payload ->> 'status') as status_ref,
    nullif(btrim(payload ->> 'parent'), '') as parent_ref,
    nullif(btrim(payload ->> 'topic'), '') as topic_ref,
    nullif({{ clean_text("payload ->> 'place'") }}, '') as place,
    nullif(btrim(payload ->> 'problem'), '') as problem_ref,
    source_updated_at,
    load_id
from placed
