-- Grain: one item of a problem, with what the card of the problem reads of it: whose the item is and whose the problem
-- is decides who sees it. Found by the name of the card, first to last.
{{ config(
    materialized='incremental', incremental_strategy='replace',
    meta={'replace': 'int_problem_recount', 'key': 'problem_key'},
    on_schema_change='fail', tags=['each_run'],
    indexes=[{'columns': ['problem_card', 'received_at']}, {'columns': ['problem_key']}]
) }}

with items as (
    select * from {{ ref('int_problem_items') }}
),

problems as (
    select * from {{ ref('fct_problems') }}
),

feedback as (
    select * from {{ ref('fct_feedback') }}
)

select
    p.problem_key,
    p.problem_card,
    p.municipality_code as problem_municipality_code,
    p.block_code as problem_block_code,
    i.feedback_key,
    i.matter_key,
    f.source_slug,
    f.record_ref,
    f.municipality_code,
    f.block_code,
    f.recipient_code,
    f.topic_code,
    f.channel_code,
    f.status_code,
    f.received_at,
    f.received_on,
    i.answered_at,
    f.is_open,
    i.is_return
from items as i
inner join problems as p on i.problem_key = p.problem_key
inner join feedback as f on i.feedback_key = f.feedback_key
where {{ only('i.problem_key', ref('int_problem_recount'), 'problem_key') }}
-- the items of a problem lie together
order by p.problem_key, f.received_at
