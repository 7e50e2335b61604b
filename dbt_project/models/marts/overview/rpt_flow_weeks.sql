-- Grain: calendar week × full weeks up to `as_of` (a calendar week lies in two) × municipality × block × channel.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run']
) }}

with flows as (
    select * from {{ ref('fct_flows') }}
),

-- materialized: the local day is reckoned for a municipality, not for each of its rows
municipalities as materialized (
    select
        municipality_code,
        {{ local_date(as_of(), 'time_zone') }} as today
    from {{ ref('dim_municipality') }}
)

select
    date_trunc('week', w.date_on)::date as week_on,
    (m.today - w.date_on) / 7 as weeks_ago,
    w.municipality_code,
    w.block_code,
    w.channel_code,
    sum(w.new_count + w.repeat_count + w.duplicate_count)::integer as received_count,
    sum(w.closed_count)::integer as closed_count,
    sum(w.overdue_count)::integer as overdue_count
from flows as w
inner join municipalities as m on w.municipality_code = m.municipality_code
group by week_on, weeks_ago, w.municipality_code, w.block_code, w.channel_code
