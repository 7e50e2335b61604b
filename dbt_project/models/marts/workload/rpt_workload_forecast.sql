-- Grain: municipality × block × recipient ('all': the whole block) × week after `as_of`.
{{ config(materialized='view', post_hook=[]) }}

with forecasts as (
    select * from {{ ref('int_workload_forecast') }}
),

as_of as (
    select {{ local_date('as_of', "'" ~ var('time_zone') ~ "'") }} as today from {{ ref('dim_as_of') }}
)

select
    f.municipality_code,
    f.block_code,
    f.recipient_code,
    f.week_no,
    a.today + 7 * (f.week_no - 1) as week_from,
    a.today + 7 * f.week_no - 1 as week_to,
    f.expected_count,
    f.low_count,
    f.high_count
from forecasts as f
cross join as_of as a
where f.week_no > 0
