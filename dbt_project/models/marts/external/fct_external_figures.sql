-- Grain: one figure that the regional centre gave of a municipality and month. Where it means one of our indicators,
-- `comparable_value` is it in our unit.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run'], indexes=[{'columns': ['source_slug', 'record_ref'], 'unique': true}]
) }}

select
    figure_key,
    source_slug,
    record_ref,
    municipality_code,
    period_month,
    code,
    title,
    value,
    indicator_code,
    comparable_value,
    source_updated_at,
    load_id
from {{ ref('int_external_figures') }}
