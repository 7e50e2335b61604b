-- Grain: one row of the register of judged answers. The latest of an answer counts in the rating.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run']
) }}
-- depends_on: {{ ref('int_recount_reviews') }}

select
    source_slug,
    record_ref,
    feedback_key,
    reviewed_on,
    expert_mark,
    verdict,
    is_latest
from {{ ref('int_reply_reviews') }}
