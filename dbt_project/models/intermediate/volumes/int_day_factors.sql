-- Grain: municipality × day (and `all`, the municipalities together): how much of an average day comes on a day of this
-- kind: the median, over comparable days of the last thirteen months, of the day's volume over the mean of the four
-- weeks around it. Only days whose four weeks are over are compared, so the factor of a day never changes after it.
-- Too few items of that kind: all municipalities together; still too few: the kind that stands for it.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_expected_days', 'key': 'date_on'},
    tags=['each_run'],
    indexes=[{'columns': ['municipality_code', 'date_on'], 'unique': true}]
) }}

with volumes as (
    select * from {{ ref('int_daily_volumes') }}
),

recounted as (
    select * from {{ ref('int_expected_days') }}
),

kinds as (
    select * from {{ ref('int_day_kinds') }}
),

bounds as (
    select
        {% if is_incremental() -%} (select min(date_on) from recounted) {%- else -%} '-infinity'::date {%- endif %}
            as first_on,
        {{ local_date(as_of(), "'" ~ var('time_zone') ~ "'") }} as last_on
),

counts as (
    select
        coalesce(municipality_code, 'all') as municipality_code,
        date_on,
        sum(items_count) as items_count
    from volumes
    group by grouping sets ((date_on, municipality_code), (date_on))
),

spans as (
    select
        municipality_code,
        min(date_on) as first_on
    from counts
    group by municipality_code
),

-- days without an item count too
days as (
    select
        s.municipality_code,
        k.date_on,
        k.day_kind,
        k.stand_in_kind,
        coalesce(c.items_count, 0)::double precision as items_count
    from spans as s
    cross join bounds as b
    inner join kinds as k on s.first_on <= k.date_on and b.last_on >= k.date_on
    left join counts as c on s.municipality_code = c.municipality_code and k.date_on = c.date_on
    where k.date_on >= b.first_on - 460
),

around as (
    select
        *,
        avg(items_count) over weeks as mean_count,
        count(*) over weeks as days_count
    from days
    window weeks as (
        partition by municipality_code order by date_on rows between 14 preceding and 13 following
    )
),

compared as (
    select
        municipality_code,
        date_on,
        day_kind,
        items_count,
        items_count / mean_count as ratio
    from around
    where
        days_count = 28
        and mean_count > 0
),

wanted as (
    select d.*
    from days as d
    cross join bounds as b
    where d.date_on >= b.first_on
),

-- day that asks × kind: how comparable days were
known as (
    select
        w.municipality_code,
        w.date_on,
        c.day_kind,
        sum(c.items_count) as items_count,
        percentile_cont(0.5) within group (order by c.ratio) as factor
    from wanted as w
    inner join compared as c
        on
            w.municipality_code = c.municipality_code
            and c.day_kind in (w.day_kind, w.stand_in_kind)
            and c.date_on between w.date_on - 400 and w.date_on - 14
    group by w.municipality_code, w.date_on, c.day_kind
    having count(*) >= 3
)

select
    w.municipality_code,
    w.date_on,
    w.day_kind,
    round(
        greatest(
            coalesce(
                case when own.items_count >= 150 then own.factor end,
                case when pool.items_count >= 50 then pool.factor end,
                case when own_instead.items_count >= 150 then own_instead.factor end,
                pool_instead.factor,
                1
            ), 0.02
        )::numeric, 4
    )::double precision as factor
from wanted as w
left join known as own
    on w.municipality_code = own.municipality_code and w.date_on = own.date_on and w.day_kind = own.day_kind
left join known as pool
    on pool.municipality_code = 'all' and w.date_on = pool.date_on and w.day_kind = pool.day_kind
left join known as own_instead
    on
        w.municipality_code = own_instead.municipality_code
        and w.date_on = own_instead.date_on
        and w.stand_in_kind = own_instead.day_kind
left join known as pool_instead
    on
        pool_instead.municipality_code = 'all'
        and w.date_on = pool_instead.date_on
        and w.stand_in_kind = pool_instead.day_kind
