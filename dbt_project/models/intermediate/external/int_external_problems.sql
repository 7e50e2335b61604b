-- Grain: one problem of a municipality as the regional centre lists it, its names turned into codes.
{{ config(materialized='view', post_hook=[]) }}

with problems as (
    {% for slug in slugs_with('external_problems') -%}
    select
        source_slug,
        record_ref,
        municipality_ref,
        title,
        topic_ref,
        place,
        latitude,
        longitude,
        opened_on,
        closed_on,
        status_ref,
        messages_count,
        source_updated_at,
        load_id
    from {{ ref('stg_' ~ slug ~ '__external_problems') }}
    union all
    {% endfor -%}
    select
        null as source_slug,
        null as record_ref,
        null as municipality_ref,
        null as title,
        null as topic_ref,
        null as place,
        null::double precision as latitude,
        null::double precision as longitude,
        null::date as opened_on,
        null::date as closed_on,
        null as status_ref,
        null::integer as messages_count,
        null::timestamptz as source_updated_at,
        null::bigint as load_id
    where false
),

municipalities as (
    select * from {{ ref('int_municipality_map') }}
),

topics as (
    select * from {{ ref('int_topic_map') }}
)

select
    md5(p.source_slug || ':' || p.record_ref)::uuid as problem_key,
    p.source_slug,
    p.record_ref,
    coalesce(m.municipality_code, 'unknown') as municipality_code,
    p.title,
    case when p.topic_ref is null then 'none' else coalesce(t.topic_code, 'unknown') end as topic_code,
    p.place,
    p.latitude,
    p.longitude,
    p.opened_on,
    p.closed_on,
    p.closed_on is null as is_open,
    p.status_ref as status,
    p.messages_count,
    p.source_updated_at,
    p.load_id
from problems as p
left join municipalities as m
    on p.source_slug = m.source_slug and btrim(p.municipality_ref) = m.municipality_ref
left join topics as t
    on
        p.source_slug = t.source_slug
        and p.topic_ref = t.topic_ref
        and {{ in_force('t', 'p.opened_on') }}
