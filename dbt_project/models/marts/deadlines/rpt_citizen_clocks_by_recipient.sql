-- Grain: one recipient. The two clocks of the problems that are his now, in days, and the gap between them.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run']
) }}

select
    municipality_code,
    recipient_code,
    count(*)::integer as problems_count,
    count(*) filter (where is_satisfied)::integer as satisfied_count,
    count(*) filter (where items_count > 1)::integer as repeated_count,
    round((percentile_cont(0.5) within group (order by citizen_seconds) / 86400)::numeric, 2) as median_citizen_days,
    round((percentile_cont(0.5) within group (order by executor_seconds) / 86400)::numeric, 2) as median_executor_days,
    round((percentile_cont(0.5) within group (order by gap_seconds) / 86400)::numeric, 2) as median_gap_days
from {{ ref('rpt_citizen_clocks') }}
group by municipality_code, recipient_code
