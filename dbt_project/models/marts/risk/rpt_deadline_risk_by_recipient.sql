-- Grain: recipient × block × stage with a deadline that comes soon.
{{ config(materialized='view', post_hook=[]) }}

select
    municipality_code,
    block_code,
    recipient_code,
    stage,
    count(*)::integer as deadlines_count,
    (count(*) filter (where risk = 'high'))::integer as high_count,
    min(due_at) as next_due_at,
    round(sum(expected_miss_share), 2) as expected_misses,
    round(avg(expected_miss_share), 4) as expected_miss_share
from {{ ref('rpt_deadline_risk') }}
group by municipality_code, block_code, recipient_code, stage
