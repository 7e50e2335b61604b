-- Grain: municipality × block × recipient × month of the final answer. How many answers were given, how many of them
-- the author marked, and how. `satisfaction_share` counts by the month of the mark: the two agree over the whole time.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run']
) }}

with feedback as (
    select * from {{ ref('fct_feedback') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
)

select
    f.municipality_code,
    f.block_code,
    f.recipient_code,
    date_trunc('month', {{ local_date('f.final_reply_at', 'm.time_zone') }})::date as period_month,
    count(*)::integer as answers_count,
    count(f.mark)::integer as marks_count,
    (count(*) filter (where f.mark >= 4))::integer as good_count,
    (count(*) filter (where f.mark = 3))::integer as middling_count,
    (count(*) filter (where f.mark <= 2))::integer as bad_count
from feedback as f
inner join municipalities as m on f.municipality_code = m.municipality_code
where
    f.final_reply_at <= {{ as_of() }}
    and {{ from_citizen('f') }}
group by f.municipality_code, f.block_code, f.recipient_code, 4
