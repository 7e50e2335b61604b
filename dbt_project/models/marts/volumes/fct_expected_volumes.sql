-- Grain: full local day × series with enough history (level, municipality, block, topic, channel; 'all': not told
-- apart). What came on the day and in the seven days up to it, beside what was to be expected by the working calendar.
-- The interval holds nine of ten days: on the scale of square roots, by the median absolute deviation of the series in
-- the half year before the month, never narrower than that of mere chance.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_expected_days', 'key': 'date_on'},
    on_schema_change='fail', tags=['each_run'],
    indexes=[{'columns': ['date_on']}, {'columns': ['level']}]
) }}
{%- set rules = var('volumes') %}
{%- set series = 'level, municipality_code, block_code, topic_code, channel_code' %}

with recounted as (
    select * from {{ ref('int_expected_days') }}
),

levels as (
    select * from {{ ref('int_expected_levels') }}
),

bounds as (
    select
        {% if is_incremental() -%} (select min(date_on) from recounted) {%- else -%} '-infinity'::date {%- endif %}
            as first_on
),

weeks as (
    select
        *,
        sum(items_count) over week as sum_count,
        sum(expected_count) over week as sum_expected,
        sum(half_year_count) over week as sum_half_year,
        -- a series that had no expectation on one of the seven days has none for the week
        min(date_on) over week = date_on - 6 as is_whole
    from levels
    where
        date_on < {{ local_date(as_of(), "'" ~ var('time_zone') ~ "'") }}
        and date_on >= (select date_trunc('month', first_on::timestamp)::date - 190 from bounds)
    window week as (partition by {{ series }} order by date_on rows between 6 preceding and current row)
),

scaled as (
    select
        *,
        case when is_whole then sum_count end as week_count,
        case when is_whole then sum_expected end as week_expected,
        {{ root_distance('items_count', 'expected_count') }} as distance,
        case when is_whole then {{ root_distance('sum_count', 'sum_expected') }} end as week_distance
    from weeks
),

months as (
    select
        {{ series }},
        date_trunc('month', date_on)::date as month_on
    from scaled
    where date_on >= (select first_on from bounds)
    group by {{ series }}, date_trunc('month', date_on)::date
),

-- 1.4826: the standard deviation of a normal distribution over its median absolute deviation
spreads as (
    select
        m.*,
        coalesce(greatest(1.4826 * percentile_cont(0.5) within group (order by abs(s.distance)), 1), 1.15) as spread,
        coalesce(
            greatest(1.4826 * percentile_cont(0.5) within group (order by abs(s.week_distance)), 1), 1.2
        ) as week_spread
    from months as m
    left join scaled as s
        on
            m.level = s.level
            and m.municipality_code = s.municipality_code
            and m.block_code = s.block_code
            and m.topic_code = s.topic_code
            and m.channel_code = s.channel_code
            and m.month_on - 182 <= s.date_on
            and m.month_on > s.date_on
    group by m.level, m.municipality_code, m.block_code, m.topic_code, m.channel_code, m.month_on
),

judged as (
    select
        s.*,
        s.distance / p.spread as z_score,
        s.week_distance / p.week_spread as week_z_score,
        p.spread,
        p.week_spread
    from scaled as s
    inner join spreads as p using ({{ series }})
    where
        p.month_on = date_trunc('month', s.date_on)::date
        and s.date_on >= (select first_on from bounds)
)

select
    date_on,
    level,
    municipality_code,
    block_code,
    topic_code,
    channel_code,
    day_kind,
    items_count,
    round(expected_count::numeric, 3) as expected_count,
    {{ root_bound('expected_count', 'spread', '-') }} as low_count,
    {{ root_bound('expected_count', 'spread', '+') }} as high_count,
    round(z_score::numeric, 3) as z_score,
    week_count::integer as week_count,
    round(week_expected::numeric, 3) as week_expected,
    {{ root_bound('week_expected', 'week_spread', '-') }} as week_low_count,
    {{ root_bound('week_expected', 'week_spread', '+') }} as week_high_count,
    round(week_z_score::numeric, 3) as week_z_score,
    case
        when
            (
                z_score >= {{ rules.z }}
                and items_count >= {{ rules.times }} * greatest(expected_count, half_year_count)
                and items_count - expected_count >= {{ rules.extra }}
            ) or (
                week_z_score >= {{ rules.z }}
                and week_count >= {{ rules.times }} * greatest(week_expected, sum_half_year)
                and week_count - week_expected >= {{ rules.extra }}
            )
            then 'surge'
        when week_z_score <= -{{ rules.z }} and week_count * {{ 2 * rules.times }} <= week_expected then 'drop'
        else 'usual'
    end as state
from judged
