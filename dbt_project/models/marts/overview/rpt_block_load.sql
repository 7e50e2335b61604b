-- Grain: sector block of a municipality that has open items, or had some in the last 56 days up to `as_of`.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run']
) }}

with feedback as (
    select * from {{ ref('fct_feedback') }}
),

flows as (
    select * from {{ ref('fct_flows') }}
),

attention as (
    select * from {{ ref('rpt_attention') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
),

open_items as (
    select
        municipality_code,
        block_code,
        count(*) as open_count,
        count(*) filter (where recipient_code in ('none', 'unknown')) as unowned_count
    from feedback
    where is_open
    group by municipality_code, block_code
),

-- by the block of the item as decided, like the open ones. A closed item may still owe its author a notice: it is
-- overdue and not open.
overdue as (
    select
        f.municipality_code,
        f.block_code,
        count(distinct f.feedback_key) filter (where a.is_overdue) as overdue_count,
        count(distinct f.feedback_key) filter (where a.is_overdue and f.is_open) as overdue_open_count,
        count(distinct f.feedback_key) filter (where not a.is_overdue) as due_soon_count
    from attention as a
    inner join feedback as f on a.feedback_key = f.feedback_key
    group by f.municipality_code, f.block_code
),

recent as (
    select
        w.*,
        {{ local_date(as_of(), 'm.time_zone') }} - w.date_on < 28 as is_last
    from flows as w
    inner join municipalities as m on w.municipality_code = m.municipality_code
    where w.date_on between {{ local_date(as_of(), 'm.time_zone') }} - 55 and {{ local_date(as_of(), 'm.time_zone') }}
),

four_weeks as (
    select
        municipality_code,
        block_code,
        sum(new_count + repeat_count + duplicate_count) filter (where is_last) as received_count,
        sum(new_count + repeat_count + duplicate_count) filter (where not is_last) as previous_received_count,
        sum(closed_count) filter (where is_last) as closed_count
    from recent
    group by municipality_code, block_code
)

select
    municipality_code,
    block_code,
    coalesce(o.open_count, 0)::integer as open_count,
    coalesce(o.unowned_count, 0)::integer as unowned_count,
    coalesce(l.overdue_count, 0)::integer as overdue_count,
    coalesce(l.overdue_open_count, 0)::integer as overdue_open_count,
    coalesce(l.due_soon_count, 0)::integer as due_soon_count,
    coalesce(r.received_count, 0)::integer as received_count,
    coalesce(r.previous_received_count, 0)::integer as previous_received_count,
    coalesce(r.closed_count, 0)::integer as closed_count
from open_items as o
full join four_weeks as r using (municipality_code, block_code)
full join overdue as l using (municipality_code, block_code)
