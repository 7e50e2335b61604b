-- Grain: one item of a problem.
{{ config(materialized='view') }}

select
    feedback_key,
    problem_key,
    matter_key,
    received_at,
    is_open,
    answered_at,
    is_return
from {{ ref('int_problem_items') }}
