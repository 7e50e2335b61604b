-- Grain: open item that no recipient has: the МЦУ assigns it. Its age is counted from its receipt. The recipient that
-- is offered is the one that answers for the block of its topic; without a known topic there is none.
{{ config(materialized='view', post_hook=[]) }}

with open_items as (
    select * from {{ ref('rpt_open_items') }}
),

feedback as (
    select * from {{ ref('fct_feedback') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
),

moment as (
    select * from {{ ref('dim_as_of') }}
),

heads as (
    select * from {{ ref('block_heads') }}
)

select
    i.feedback_key,
    i.municipality_code,
    i.channel_code,
    i.kind,
    f.topic_code,
    i.block_code,
    i.received_at,
    -- the source names somebody whom no map knows, or nobody
    i.recipient_code = 'unknown' as is_unmapped,
    {{ local_date('a.as_of', 'm.time_zone') }} - i.received_on as age_days,
    h.recipient_code as suggested_recipient_code
from open_items as i
inner join feedback as f on i.feedback_key = f.feedback_key
inner join municipalities as m on i.municipality_code = m.municipality_code
cross join moment as a
left join heads as h
    on i.block_code = h.block_code and {{ in_force('h', local_date('a.as_of', 'm.time_zone')) }}
where i.recipient_code in ('none', 'unknown')
