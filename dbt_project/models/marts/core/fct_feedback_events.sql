-- Grain: one thing that happened to an item, numbered in order.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_touched', 'key': 'feedback_key'},
    on_schema_change='fail', tags=['each_run']
) }}
-- depends_on: {{ ref('int_recount_days_before') }}

select
    feedback_key,
    event_no,
    event_code,
    occurred_at,
    recipient_code
from {{ ref('int_events') }}
where {{ only('feedback_key', ref('int_touched'), 'feedback_key') }}
