-- Grain: one cause of rpt_volume_surges × dimension × value: what it added to the deviation. What was expected of a
-- value is its share of the half year before; the contributions of a dimension add up to the deviation.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run']
) }}

with surges as (
    select * from {{ ref('rpt_volume_surges') }}
),

volumes as (
    select * from {{ ref('int_daily_volumes') }}
),

parts as (
    select
        s.surge_key,
        d.dimension,
        d.value,
        s.expected_count,
        coalesce(sum(v.items_count) filter (where v.date_on >= s.started_on), 0) as items_count,
        coalesce(sum(v.items_count) filter (where v.date_on < s.started_on), 0) as past_count
    from surges as s
    inner join volumes as v
        on
            s.municipality_code = v.municipality_code
            and s.block_code in ('all', v.block_code)
            and s.topic_code in ('all', v.topic_code)
            and s.channel_code in ('all', v.channel_code)
            and v.date_on between s.started_on - 182 and s.last_on
    cross join lateral (
        values
        ('topic', v.topic_code),
        ('place', v.place),
        ('channel', v.channel_code),
        ('again', case when v.is_again then 'again' else 'new' end)
    ) as d (dimension, value)
    where s.is_cause
    group by s.surge_key, d.dimension, d.value, s.expected_count
),

-- without a history every value has an equal share
shares as (
    select
        *,
        expected_count * coalesce(
            past_count / nullif(sum(past_count) over whole, 0), 1.0 / count(*) over whole
        ) as expected_part
    from parts
    window whole as (partition by surge_key, dimension)
)

select
    surge_key,
    dimension,
    value,
    items_count::integer as items_count,
    expected_part as expected_count,
    items_count - expected_part as contribution
from shares
