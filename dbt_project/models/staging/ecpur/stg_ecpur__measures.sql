-- Grain: one поручение, мероприятие, road map or project of the ЕЦПУР, its latest accepted version.
with versions as (
    {{ latest_versions('ecpur') }}
),

placed as (
    select
        *,
        {{ zone_of('ecpur', "payload ->> 'municipality'") }} as time_zone
    from versions
)

select
    'ecpur' as source_slug,
    record_ref,
    payload ->> 'municipality' as municipality_ref,
    case payload ->> 'docType'
        when 'Поручение' then 'task'
        when 'Дорожная карта' then 'roadmap'
        when 'Паспорт проекта' then 'project'
        else 'measure'
    end as kind,
    payload ->> 'name' as title,
    payload ->> 'block' as block_ref,
    payload ->> 'executor' as responsible_ref,
    payload ->> 'ground' as basis,
    {{ local_day("payload ->> 'term'", 'time_zone') }} as planned_on,
    {{ local_day("payload ->> 'completed'", 'time_zone') }} as done_on,
    {{ percent("payload ->> 'percent'") }} as progress,
    payload ->> 'state' as status_ref,
    payload ->> 'parent' as parent_ref,
    null::text as topic_ref,
    null::text as place,
    null::text as problem_ref,
    source_updated_at,
    load_id
from placed
