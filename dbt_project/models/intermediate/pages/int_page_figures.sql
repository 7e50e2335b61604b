-- Grain: official page × local day: what it published that day, and how many read it where that was counted that day.
{{ config(materialized='view', post_hook=[]) }}

with figures as (
    {% for slug, relations in var('feedback_sources').items() if 'page_figures' in relations -%}
    select
        source_slug,
        page_ref,
        municipality_ref,
        figure_on,
        members_count,
        posts_count,
        views_count,
        likes_count,
        comments_count,
        reposts_count,
        load_id
    from {{ ref('stg_' ~ slug ~ '__page_figures') }}
    union all
    {% endfor -%}
    select
        null as source_slug,
        null as page_ref,
        null as municipality_ref,
        null::date as figure_on,
        null::bigint as members_count,
        null::bigint as posts_count,
        null::bigint as views_count,
        null::bigint as likes_count,
        null::bigint as comments_count,
        null::bigint as reposts_count,
        null::bigint as load_id
    where false
),

municipality_map as (
    select * from {{ ref('municipality_map') }}
),

municipalities as (
    select * from {{ ref('municipalities') }}
)

select
    f.source_slug,
    f.page_ref,
    coalesce(m.municipality_code, 'unknown') as municipality_code,
    f.figure_on,
    f.members_count,
    f.posts_count,
    f.views_count,
    f.likes_count,
    f.comments_count,
    f.reposts_count,
    f.load_id
from figures as f
left join municipality_map as r on f.source_slug = r.source_slug and f.municipality_ref = r.municipality_ref
-- a spec may name the municipality by its code
left join municipalities as m on coalesce(r.municipality_code, f.municipality_ref) = m.municipality_code
