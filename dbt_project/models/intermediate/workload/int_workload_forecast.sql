-- Grain: municipality × block × recipient ('all': the whole block) × week after `as_of` (0: the four weeks together).
-- How many items are expected, and the interval that holds nine of ten outcomes (`mcu.workload.forecast`). A series of
-- fewer than one item a fortnight has no forecast.
{{ config(
    materialized='step', tags=['each_run'],
    meta={
        'step': 'workload.forecast', 'replace': 'all',
        'columns': {
            'municipality_code': 'text', 'block_code': 'text', 'recipient_code': 'text', 'week_no': 'integer',
            'expected_count': 'numeric', 'low_count': 'integer', 'high_count': 'integer'
        }
    },
    indexes=[{'columns': ['municipality_code', 'block_code', 'recipient_code', 'week_no'], 'unique': true}]
) }}

with feedback as (
    select * from {{ ref('int_feedback') }}
),

topics as (
    select * from {{ ref('int_topics') }}
),

day_kinds as (
    select * from {{ ref('int_day_kinds') }}
),

bounds as (
    select
        today,
        -- two years, and thirteen weeks before them for the level of the first day
        today - 819 as first_on
    from (select {{ local_date(as_of(), "'" ~ var('time_zone') ~ "'") }} as today) as d
),

counts as (
    select
        i.municipality_code,
        t.block_code,
        coalesce(i.recipient_code, 'all') as recipient_code,
        i.received_on - b.first_on as day_no,
        count(*)::integer as items_count
    from feedback as i
    inner join topics as t on i.feedback_key = t.feedback_key
    inner join bounds as b on i.received_on between b.first_on and b.today - 1
    where
        i.municipality_code != 'unknown'
        and i.received_at <= {{ as_of() }}
        and {{ from_citizen('i') }}
    group by
        grouping sets (
            (i.municipality_code, t.block_code, i.recipient_code, i.received_on, b.first_on),
            (i.municipality_code, t.block_code, i.received_on, b.first_on)
        )
)

select
    municipality_code,
    block_code,
    recipient_code,
    array_agg(day_no) as days,
    array_agg(items_count) as items,
    (
        select array_agg(k.is_working order by k.date_on)
        from day_kinds as k
        cross join bounds as b
        where k.date_on between b.first_on and b.today + 27
    ) as working
from counts
group by municipality_code, block_code, recipient_code
having sum(items_count) filter (where day_no >= 819 - 182) >= 13
