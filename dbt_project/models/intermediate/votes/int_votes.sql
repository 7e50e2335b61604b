-- Grain: one option of a poll, vote or public discussion, its municipality by the map.
{{ config(materialized='view', post_hook=[]) }}

with options as (
    {% for slug in slugs_with('votes') -%}
    select
        source_slug,
        record_ref,
        municipality_ref,
        title,
        kind,
        started_at,
        ended_at,
        option_no,
        option_title,
        votes_count,
        source_updated_at,
        load_id
    from {{ ref('stg_' ~ slug ~ '__votes') }}
    union all
    {% endfor -%}
    select
        null as source_slug,
        null as record_ref,
        null as municipality_ref,
        null as title,
        null as kind,
        null::timestamptz as started_at,
        null::timestamptz as ended_at,
        null::integer as option_no,
        null as option_title,
        null::bigint as votes_count,
        null::timestamptz as source_updated_at,
        null::bigint as load_id
    where false
),

municipalities as (
    select * from {{ ref('int_municipality_map') }}
)

select
    o.source_slug,
    o.record_ref,
    coalesce(m.municipality_code, 'unknown') as municipality_code,
    o.title,
    o.kind,
    o.started_at,
    o.ended_at,
    o.option_no,
    o.option_title,
    o.votes_count,
    o.source_updated_at,
    o.load_id
from options as o
left join municipalities as m
    on o.source_slug = m.source_slug and btrim(o.municipality_ref) = m.municipality_ref
