-- Grain: one judgement of an answer by people of the МЦУ, from their register. The latest one of an answer counts.
{{ config(materialized='view', post_hook=[]) }}

with reviews as (
    {% for slug in slugs_with('reviews') -%}
    select
        source_slug,
        record_ref,
        item_source,
        item_ref,
        reviewed_on,
        expert_mark,
        verdict,
        source_updated_at,
        load_id
    from {{ ref('stg_' ~ slug ~ '__reviews') }}
    union all
    {% endfor -%}
    select
        null as source_slug,
        null as record_ref,
        null as item_source,
        null as item_ref,
        null::date as reviewed_on,
        null::smallint as expert_mark,
        null as verdict,
        null::timestamptz as source_updated_at,
        null::bigint as load_id
    where false
)

select
    source_slug,
    record_ref,
    md5(item_source || ':' || item_ref)::uuid as feedback_key,
    reviewed_on,
    expert_mark,
    verdict,
    verdict = 'hollow' as is_hollow,
    row_number() over (
        partition by item_source, item_ref
        order by reviewed_on desc, source_updated_at desc nulls last, load_id desc, record_ref desc
    ) = 1 as is_latest,
    load_id
from reviews
