-- Grain: problem × local week × channel × whose the items are (block and recipient of a municipality).
{{ config(
    materialized='incremental', incremental_strategy='replace',
    meta={'replace': 'int_problem_recount', 'key': 'problem_key'},
    on_schema_change='fail', tags=['each_run'],
    indexes=[{'columns': ['problem_card'], 'type': 'hash'}, {'columns': ['problem_key']}]
) }}

select
    problem_key,
    problem_card,
    problem_municipality_code,
    problem_block_code,
    date_trunc('week', received_on)::date as week_on,
    channel_code,
    municipality_code,
    block_code,
    recipient_code,
    count(*)::integer as messages_count
from {{ ref('rpt_problem_items') }}
where {{ only('problem_key', ref('int_problem_recount'), 'problem_key') }}
group by
    problem_key, problem_card, problem_municipality_code, problem_block_code, week_on, channel_code, municipality_code,
    block_code, recipient_code
