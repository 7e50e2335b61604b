-- Grain: one option of a poll, vote or public discussion.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run']
) }}

select
    source_slug,
    record_ref,
    municipality_code,
    title,
    kind,
    started_at,
    ended_at,
    option_no,
    option_title,
    votes_count,
    source_updated_at,
    load_id
from {{ ref('int_votes') }}
