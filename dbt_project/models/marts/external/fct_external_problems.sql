-- Grain: one problem of a municipality as the regional centre lists it.
{{ config(tags=['each_run'], indexes=[{'columns': ['source_slug', 'record_ref'], 'unique': true}]) }}

select
    problem_key,
    source_slug,
    record_ref,
    municipality_code,
    title,
    topic_code,
    place,
    latitude,
    longitude,
    opened_on,
    closed_on,
    is_open,
    status,
    messages_count,
    source_updated_at,
    load_id
from {{ ref('int_external_problems') }}
