-- Grain: local day × source × municipality × block × topic × channel × place × asked again or not: how many items came.
-- Nothing after `as_of`; requests between bodies and items of no known municipality are left out.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_recount_days', 'key': 'date_on'},
    tags=['each_run'],
    indexes=[{'columns': ['date_on']}]
) }}
-- depends_on: {{ ref('int_volumes_before') }}

with feedback as (
    select * from {{ ref('int_feedback') }}
),

repeats as (
    select * from {{ ref('int_repeats') }}
),

topics as (
    select * from {{ ref('int_topics') }}
)

select
    f.received_on as date_on,
    f.source_slug,
    f.municipality_code,
    t.block_code,
    t.topic_code,
    f.channel_code,
    coalesce(f.place, '') as place,
    r.is_repeat or r.is_duplicate as is_again,
    count(*)::integer as items_count
from feedback as f
inner join repeats as r on f.feedback_key = r.feedback_key
inner join topics as t on f.feedback_key = t.feedback_key
where
    f.received_at <= {{ as_of() }}
    and f.municipality_code != 'unknown'
    and f.received_on >= '{{ var("calendar_from") }}'::date
    and {{ from_citizen('f') }}
    and {{ only('f.received_on', ref('int_recount_days'), 'date_on') }}
group by 1, 2, 3, 4, 5, 6, 7, 8
