-- Grain: channel. How much came by it in the year up to `as_of`, and its place: charts name the first few, the rest is
-- «Прочие каналы».
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run']
) }}

with channels as (
    select * from {{ ref('dim_channel') }}
),

flows as (
    select * from {{ ref('fct_flows') }}
),

received as (
    select
        channel_code,
        sum(new_count + repeat_count + duplicate_count) as received_count
    from flows
    where date_on > {{ local_date(as_of(), "'" ~ var('time_zone') ~ "'") }} - 365
    group by channel_code
)

select
    c.channel_code,
    coalesce(r.received_count, 0)::integer as received_count,
    (row_number() over (order by coalesce(r.received_count, 0) desc, c.channel_code))::integer as place
from channels as c
left join received as r on c.channel_code = r.channel_code
