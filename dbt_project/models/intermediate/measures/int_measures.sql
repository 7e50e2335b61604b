-- Grain: one поручение, мероприятие, road map, project passport or plan, its names turned into codes.
{{ config(materialized='view', post_hook=[]) }}

with measures as (
    {% for slug in slugs_with('measures') -%}
    select
        source_slug,
        record_ref,
        municipality_ref,
        kind,
        title,
        block_ref,
        responsible_ref,
        basis,
        planned_on,
        done_on,
        progress,
        status_ref,
        parent_ref,
        topic_ref,
        place,
        problem_ref,
        source_updated_at,
        load_id
    from {{ ref('stg_' ~ slug ~ '__measures') }}
    union all
    {% endfor -%}
    select
        null as source_slug,
        null as record_ref,
        null as municipality_ref,
        null as kind,
        null as title,
        null as block_ref,
        null as responsible_ref,
        null as basis,
        null::date as planned_on,
        null::date as done_on,
        null::numeric as progress,
        null as status_ref,
        null as parent_ref,
        null as topic_ref,
        null as place,
        null as problem_ref,
        null::timestamptz as source_updated_at,
        null::bigint as load_id
    where false
),

municipalities as (
    select * from {{ ref('int_municipality_map') }}
),

blocks as (
    select * from {{ ref('sector_blocks') }}
),

topic_map as (
    select * from {{ ref('int_topic_map') }}
),

status_map as (
    select * from {{ ref('int_measure_status_map') }}
),

statuses as (
    select * from {{ ref('measure_statuses') }}
),

-- names mean what they meant when the source last wrote the measure
placed as (
    select
        e.*,
        coalesce(m.municipality_code, 'unknown') as municipality_code,
        coalesce(
            e.done_on, {{ local_date('e.source_updated_at', "'" ~ var('time_zone') ~ "'") }}, e.planned_on
        ) as known_on
    from measures as e
    left join municipalities as m
        on e.source_slug = m.source_slug and btrim(e.municipality_ref) = m.municipality_ref
)

select
    md5(e.source_slug || ':' || e.record_ref)::uuid as measure_key,
    e.source_slug,
    e.record_ref,
    e.municipality_code,
    e.kind,
    e.title,
    coalesce(b.block_code, rc.block_code, 'unknown') as block_code,
    case when e.responsible_ref is null then 'none' else coalesce(rm.recipient_code, 'unknown') end as recipient_code,
    e.basis,
    e.planned_on,
    e.done_on,
    e.progress,
    coalesce(s.status_code, 'unknown') as status_code,
    -- a status that no map knows is open until it is done
    coalesce(st.is_open, e.done_on is null) as is_open,
    md5(e.source_slug || ':' || e.parent_ref)::uuid as parent_key,
    case when e.topic_ref is null then 'none' else coalesce(tm.topic_code, 'unknown') end as topic_code,
    e.place,
    e.problem_ref,
    e.source_updated_at,
    e.load_id
from placed as e
left join blocks as b
    on e.municipality_code = b.municipality_code and e.block_ref in (b.title, b.block_code)
{{ join_recipient('e', 'e.responsible_ref', 'e.known_on') }}
left join status_map as s
    on
        e.source_slug = s.source_slug
        and e.status_ref = s.status_ref
        and {{ in_force('s', 'e.known_on') }}
left join statuses as st on s.status_code = st.status_code
left join topic_map as tm
    on
        e.source_slug = tm.source_slug
        and e.topic_ref = tm.topic_ref
        and {{ in_force('tm', 'e.known_on') }}
