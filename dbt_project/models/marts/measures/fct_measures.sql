-- Grain: one поручение, мероприятие, road map, project passport or plan. What only time changes is in
-- rpt_measure_control.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run'],
    indexes=[{'columns': ['source_slug', 'record_ref'], 'unique': true}]
) }}

select
    measure_key,
    source_slug,
    record_ref,
    municipality_code,
    kind,
    title,
    block_code,
    recipient_code,
    basis,
    planned_on,
    done_on,
    progress,
    status_code,
    is_open,
    parent_key,
    topic_code,
    place,
    problem_ref,
    source_updated_at,
    load_id
from {{ ref('int_measures') }}
