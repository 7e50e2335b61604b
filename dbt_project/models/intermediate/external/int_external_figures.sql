-- Grain: one figure that the regional centre gave of a municipality and month, and our indicator that it means.
{{ config(materialized='view', post_hook=[]) }}

with figures as (
    {% for slug in slugs_with('external_figures') -%}
    select
        source_slug,
        record_ref,
        municipality_ref,
        period_month,
        code,
        title,
        value,
        source_updated_at,
        load_id
    from {{ ref('stg_' ~ slug ~ '__external_figures') }}
    union all
    {% endfor -%}
    select
        null as source_slug,
        null as record_ref,
        null as municipality_ref,
        null::date as period_month,
        null as code,
        null as title,
        null::numeric as value,
        null::timestamptz as source_updated_at,
        null::bigint as load_id
    where false
),

municipalities as (
    select * from {{ ref('int_municipality_map') }}
),

codes as (
    select * from {{ ref('external_figure_codes') }}
)

select
    md5(f.source_slug || ':' || f.record_ref)::uuid as figure_key,
    f.source_slug,
    f.record_ref,
    coalesce(m.municipality_code, 'unknown') as municipality_code,
    f.period_month,
    f.code,
    f.title,
    f.value,
    c.indicator_code,
    round(f.value * c.scale, 6) as comparable_value,
    f.source_updated_at,
    f.load_id
from figures as f
left join municipalities as m
    on f.source_slug = m.source_slug and btrim(f.municipality_ref) = m.municipality_ref
left join codes as c on f.source_slug = c.source_slug and f.code = c.code
