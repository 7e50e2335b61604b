-- Grain: flow × municipality × block × topic that moved in the last seven days up to `as_of` or in the seven before.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run']
) }}

with flows as (
    select * from {{ ref('fct_flows') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
),

recent as (
    select
        w.*,
        {{ local_date(as_of(), 'm.time_zone') }} - w.date_on < 7 as is_this_week
    from flows as w
    inner join municipalities as m on w.municipality_code = m.municipality_code
    where w.date_on between {{ local_date(as_of(), 'm.time_zone') }} - 13 and {{ local_date(as_of(), 'm.time_zone') }}
)

select
    f.flow,
    r.municipality_code,
    r.block_code,
    r.topic_code,
    coalesce(sum(f.amount) filter (where r.is_this_week), 0)::integer as this_week_count,
    coalesce(sum(f.amount) filter (where not r.is_this_week), 0)::integer as previous_week_count
from recent as r
cross join lateral (
    values
    ('received', r.new_count + r.repeat_count + r.duplicate_count),
    ('repeat', r.repeat_count),
    ('overdue', r.overdue_count),
    ('deferred', r.deferred_count),
    ('closed', r.closed_count)
) as f (flow, amount)
where f.amount > 0
group by f.flow, r.municipality_code, r.block_code, r.topic_code
