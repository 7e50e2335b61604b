-- Grain: one surge or drop of a series, from its first day to its last, with gaps of at most six days. What several
-- nested series show at once is one cause: the most specific series that explains most of it has `is_cause`.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run'],
    indexes=[{'columns': ['surge_key']}]
) }}
{%- set series = 'level, municipality_code, block_code, topic_code, channel_code' %}

-- the series that were ever unusual: few
with volumes as materialized (
    select v.*
    from {{ ref('fct_expected_volumes') }} as v
    inner join (
        select distinct {{ series }}
        from {{ ref('fct_expected_volumes') }}
        where state != 'usual'
    ) as u using ({{ series }})
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
),

flagged as (
    select
        *,
        date_on - lag(date_on) over (partition by {{ series }}, state order by date_on) > 7 as is_new
    from volumes
    where state != 'usual'
),

islands as (
    select
        *,
        count(*) filter (where is_new) over (partition by {{ series }}, state order by date_on) as island_no
    from flagged
),

episodes as (
    select
        {{ series }},
        state,
        min(date_on) as flagged_on,
        max(date_on) as last_on,
        max(abs(coalesce(week_z_score, z_score))) as max_z_score,
        max(abs(week_count - week_expected)) as peak_deviation
    from islands
    group by {{ series }}, state, island_no
),

-- the first day of the week that was flagged on which more (or less) came than nine of ten times
dated as (
    select
        e.level,
        e.municipality_code,
        e.block_code,
        e.topic_code,
        e.channel_code,
        e.state,
        e.flagged_on,
        e.last_on,
        e.max_z_score,
        e.peak_deviation,
        coalesce(
            min(v.date_on) filter (
                where
                case when e.state = 'surge' then v.items_count > v.high_count else v.items_count <= v.low_count end
            ), e.flagged_on
        ) as started_on
    from episodes as e
    inner join volumes as v
        on
            e.level = v.level
            and e.municipality_code = v.municipality_code
            and e.block_code = v.block_code
            and e.topic_code = v.topic_code
            and e.channel_code = v.channel_code
            and v.date_on between e.flagged_on - 6 and e.flagged_on
    group by
        e.level, e.municipality_code, e.block_code, e.topic_code, e.channel_code, e.state, e.flagged_on, e.last_on,
        e.max_z_score, e.peak_deviation
),

totals as (
    select
        d.level,
        d.municipality_code,
        d.block_code,
        d.topic_code,
        d.channel_code,
        d.state,
        d.started_on,
        d.flagged_on,
        d.last_on,
        d.max_z_score,
        coalesce(d.peak_deviation, abs(sum(v.items_count - v.expected_count))) as peak_deviation,
        sum(v.items_count)::integer as items_count,
        sum(v.expected_count) as expected_count,
        sum(v.low_count) as low_count,
        sum(v.high_count) as high_count,
        count(*)::integer as days_count
    from dated as d
    inner join volumes as v
        on
            d.level = v.level
            and d.municipality_code = v.municipality_code
            and d.block_code = v.block_code
            and d.topic_code = v.topic_code
            and d.channel_code = v.channel_code
            and v.date_on between d.started_on and d.last_on
    group by
        d.level, d.municipality_code, d.block_code, d.topic_code, d.channel_code, d.state, d.started_on, d.flagged_on,
        d.last_on, d.max_z_score, d.peak_deviation
),

keyed as (
    select
        md5(concat_ws(
            ':', level, municipality_code, block_code, topic_code, channel_code, state, flagged_on
        ))::uuid as surge_key,
        *
    from totals
),

-- outer series and inner one, at the same time
nested as (
    select
        o.surge_key as outer_key,
        i.surge_key as inner_key,
        i.peak_deviation >= 0.7 * o.peak_deviation as is_explained
    from keyed as o
    inner join keyed as i
        on
            o.municipality_code = i.municipality_code
            and o.state = i.state
            and o.level != i.level
            and o.block_code in ('all', i.block_code)
            and o.topic_code in ('all', i.topic_code)
            and o.channel_code in ('all', i.channel_code)
            and o.started_on <= i.last_on + 6
            and i.started_on <= o.last_on + 6
),

explained as (
    select distinct outer_key
    from nested
    where is_explained
),

covered as (
    select distinct n.inner_key
    from nested as n
    left join explained as e on n.outer_key = e.outer_key
    where e.outer_key is null
)

select
    k.*,
    k.items_count - k.expected_count as deviation,
    {{ local_date(as_of(), 'm.time_zone') }} - k.last_on <= 1 as is_running,
    e.outer_key is null and c.inner_key is null as is_cause
from keyed as k
inner join municipalities as m on k.municipality_code = m.municipality_code
left join explained as e on k.surge_key = e.outer_key
left join covered as c on k.surge_key = c.inner_key
