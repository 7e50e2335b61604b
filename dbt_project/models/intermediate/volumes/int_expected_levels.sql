-- Grain: local day × series, for the series that have enough history on that day. A series is a municipality, a block
-- of it, a topic of the block or a channel of the topic (`level`; what a level does not tell apart is 'all').
-- Expected: the median of the eight last weeks, each per average day, times the factor of the day, times how the same
-- weeks of the last year moved (of the topic in all municipalities; shrunk to 1 where there were few). All of it looks
-- back only.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_expected_days', 'key': 'date_on'},
    tags=['each_run'],
    indexes=[{'columns': ['date_on']}]
) }}
{%- set history, least_items, shrink = 182, var('volumes').min_items, 10 %}

with volumes as (
    select * from {{ ref('int_daily_volumes') }}
),

recounted as (
    select * from {{ ref('int_expected_days') }}
),

factors as (
    select * from {{ ref('int_day_factors') }}
),

bounds as (
    select
        {% if is_incremental() -%} (select min(date_on) from recounted) {%- else -%} '-infinity'::date {%- endif %}
            as first_on
),

firsts as (
    select
        municipality_code,
        min(date_on) as first_on
    from factors
    group by municipality_code
),

-- `season`: a topic in all municipalities
counts as (
    select
        case
            when grouping(municipality_code) = 1 then 'season'
            when grouping(channel_code) = 0 then 'channel'
            when grouping(topic_code) = 0 then 'topic'
            when grouping(block_code) = 0 then 'block'
            else 'municipality'
        end as level,
        coalesce(municipality_code, 'all') as municipality_code,
        coalesce(block_code, 'all') as block_code,
        coalesce(topic_code, 'all') as topic_code,
        coalesce(channel_code, 'all') as channel_code,
        date_on,
        sum(items_count)::integer as items_count
    from volumes
    where date_on >= (select first_on - 560 from bounds)
    group by
        grouping sets (
            (date_on, municipality_code),
            (date_on, municipality_code, block_code),
            (date_on, municipality_code, block_code, topic_code),
            (date_on, municipality_code, block_code, topic_code, channel_code),
            (date_on, topic_code)
        )
),

series as (
    select
        row_number() over () as series_no,
        level,
        municipality_code,
        block_code,
        topic_code,
        channel_code
    from counts
    group by level, municipality_code, block_code, topic_code, channel_code
    having sum(items_count) >= {{ least_items }}
),

days as (
    select
        s.series_no,
        f.date_on,
        f.factor,
        f.day_kind,
        f.date_on - o.first_on as days_known,
        coalesce(c.items_count, 0) as items_count
    from series as s
    inner join firsts as o on s.municipality_code = o.municipality_code
    inner join factors as f
        on s.municipality_code = f.municipality_code and f.date_on >= (select first_on - 560 from bounds)
    left join counts as c
        on
            s.level = c.level
            and s.municipality_code = c.municipality_code
            and s.block_code = c.block_code
            and s.topic_code = c.topic_code
            and s.channel_code = c.channel_code
            and f.date_on = c.date_on
),

weeks as (
    select
        *,
        -- per average day
        sum(items_count) over week / sum(factor) over week as rate,
        sum(items_count) over past as past_count
    from days
    window
        week as (partition by series_no order by date_on rows between 6 preceding and current row),
        past as (partition by series_no order by date_on rows between {{ history }} preceding and 1 preceding)
),

lagged as (
    select
        *,
        array[
            {% for week in range(8) %}lag(rate, {{ 7 * week + 1 }}) over days{{ ',' if not loop.last }} {% endfor %}
        ] as rates,
        array[lag(rate, 354) over days, lag(rate, 361) over days, lag(rate, 368) over days] as rates_last_year
    from weeks
    window days as (partition by series_no order by date_on)
),

levels as (
    select
        series_no,
        date_on,
        factor,
        day_kind,
        items_count,
        days_known,
        past_count,
        case when days_known >= 64 then (
            select (r.rates[4] + r.rates[5]) / 2
            from (select array_agg(u.rate order by u.rate) as rates from unnest(rates) as u (rate)) as r
        ) end as rate,
        case when days_known >= 432 then (
            select percentile_cont(0.5) within group (order by u.rate) from unnest(rates_last_year) as u (rate)
        ) end as rate_last_year
    from lagged
    where
        (
            past_count >= {{ least_items }}
            or series_no in (select series_no from series where level = 'season')
        )
        {% if is_incremental() -%}
        -- the days asked for, and those of the last year that they are compared with
        and (
            date_on >= (select first_on from bounds)
            or date_on between (select first_on - 364 from bounds) and (select max(date_on) - 364 from factors)
        )
        {%- endif %}
),

-- dense again: a day without enough history has no level to look back at
seasons as (
    select
        l.series_no,
        l.date_on,
        least(greatest(
            (7 * l.rate_last_year + {{ shrink }}) / (7 * b.rate + {{ shrink }}), 0.25
        ), 4) as season
    from levels as l
    inner join levels as b on l.series_no = b.series_no and b.date_on = l.date_on - 364
    where l.rate_last_year is not null and b.rate is not null
)

select
    l.date_on,
    s.level,
    s.municipality_code,
    s.block_code,
    s.topic_code,
    s.channel_code,
    l.day_kind,
    l.items_count,
    l.rate * l.factor * coalesce(own.season, pooled.season, 1) as expected_count,
    -- what its mean of the last half year would give: weeks without news do not make their end a surge
    l.past_count / {{ history }}.0::double precision * l.factor as half_year_count
from levels as l
inner join series as s on l.series_no = s.series_no
left join series as p on p.level = 'season' and s.level in ('topic', 'channel') and s.topic_code = p.topic_code
left join seasons as own
    on s.level in ('municipality', 'block') and l.series_no = own.series_no and l.date_on = own.date_on
left join seasons as pooled on p.series_no = pooled.series_no and l.date_on = pooled.date_on
where
    s.level != 'season'
    and l.rate is not null
    and l.date_on >= (select first_on from bounds)
