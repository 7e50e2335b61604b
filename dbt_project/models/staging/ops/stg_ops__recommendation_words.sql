-- Grain: one recommendation that people have decided on: their last word, and the day on which it was first accepted.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, tags=['each_run'],
    indexes=[{'columns': ['recommendation_key'], 'unique': true}], post_hook='analyze {{ this }}'
) }}

with words as (
    select
        *,
        min(decided_on) filter (where action = 'accepted') over (partition by recommendation_key) as accepted_on
    from {{ source('ops', 'recommendations') }}
)

select distinct on (recommendation_key)
    recommendation_key,
    action,
    kind,
    municipality_code,
    block_code,
    recipient_code,
    topic_code,
    problem_key,
    component_code,
    text,
    basis,
    unit,
    reason,
    decided_on,
    accepted_on
from words
order by recommendation_key, word_id desc
