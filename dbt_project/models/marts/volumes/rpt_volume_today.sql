-- Grain: series × the day that is not over at `as_of`: what has come of it so far, beside the part of the day's
-- expectation that comes by that hour (by the hours of the last eight weeks of the municipality).
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run']
) }}
{%- set rules = var('volumes') %}

with levels as (
    select * from {{ ref('int_expected_levels') }}
),

feedback as (
    select * from {{ ref('fct_feedback') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
),

kinds as (
    select * from {{ ref('int_day_kinds') }}
),

moments as (
    select
        municipality_code,
        time_zone,
        {{ local_date(as_of(), 'time_zone') }} as today_on,
        ({{ as_of() }} at time zone time_zone)::time as now_at
    from municipalities
),

-- one item of each half of the day is added: an hour is never impossible
passed as (
    select
        m.municipality_code,
        (count(*) filter (where (f.received_at at time zone m.time_zone)::time <= m.now_at) + 1.0)
        / (count(*) + 2.0) as passed_share
    from moments as m
    inner join kinds as t on m.today_on = t.date_on
    inner join kinds as k on t.is_working = k.is_working and k.date_on between m.today_on - 56 and m.today_on - 1
    inner join feedback as f on m.municipality_code = f.municipality_code and k.date_on = f.received_on
    where {{ from_citizen('f') }}
    group by m.municipality_code
),

today as (
    select
        l.*,
        p.passed_share,
        l.expected_count * p.passed_share as expected_by_now
    from levels as l
    inner join moments as m on l.municipality_code = m.municipality_code and l.date_on = m.today_on
    inner join passed as p on l.municipality_code = p.municipality_code
)

select
    date_on,
    level,
    municipality_code,
    block_code,
    topic_code,
    channel_code,
    items_count,
    round(expected_count::numeric, 3) as expected_count,
    round(passed_share, 4) as passed_share,
    round(expected_by_now::numeric, 3) as expected_by_now,
    {{ root_bound('expected_by_now', '1.15', '+') }} as high_by_now,
    round(({{ root_distance('items_count', 'expected_by_now') }} / 1.15)::numeric, 3) as z_score,
    {{ root_distance('items_count', 'expected_by_now') }} / 1.15 >= {{ rules.z }}
    and items_count >= {{ rules.times }} * expected_by_now
    and items_count - expected_by_now >= {{ rules.extra }} as is_surge
from today
