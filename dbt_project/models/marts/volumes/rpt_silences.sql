-- Grain: one silence of a source in a municipality, or of one topic of it (`topic_code`; 'all': the whole source), from
-- its last item to the next one or to `as_of`, if so many items should have come that chance does not explain it.
-- Two measures, and the smaller one counts: what its share of the others would have brought (of the same source in
-- other municipalities, or of the topic elsewhere: seasons and holidays silence all alike), and what its own rate of
-- the last year would have (a surge elsewhere is no silence here). Surprise: -ln of the chance of no item at all.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run']
) }}
{%- set least = var('volumes').missed %}

with volumes as (
    select * from {{ ref('int_daily_volumes') }}
),

factors as (
    select * from {{ ref('int_day_factors') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
),

counts as (
    select
        source_slug,
        municipality_code,
        coalesce(topic_code, 'all') as topic_code,
        -- those beside whom it is judged
        case when grouping(topic_code) = 1 then 'source ' || source_slug else 'topic ' || topic_code end as peers,
        date_on,
        sum(items_count) as items_count
    from volumes
    group by grouping sets (
        (source_slug, municipality_code, date_on), (source_slug, municipality_code, topic_code, date_on)
    )
),

peer_days as (
    select
        peers,
        date_on,
        sum(items_count) as items_count
    from counts
    group by peers, date_on
),

-- cumulative to the end of each day, for every day of the calendar known so far, and as it was a year before
peer_sums as materialized (
    select
        peers,
        date_on,
        so_far,
        max(so_far) over (
            partition by peers
            order by date_on
            range between interval '365 days' preceding and interval '365 days' preceding
        ) as year_before
    from (
        select
            p.peers,
            f.date_on,
            sum(d.items_count) over (partition by p.peers order by f.date_on) as so_far
        from (select distinct peers from peer_days) as p
        cross join (select date_on from factors where municipality_code = 'all') as f
        left join peer_days as d on p.peers = d.peers and f.date_on = d.date_on
    ) as c
),

factor_sums as materialized (
    select
        municipality_code,
        date_on,
        so_far,
        max(so_far) over (
            partition by municipality_code
            order by date_on
            range between interval '365 days' preceding and interval '365 days' preceding
        ) as year_before
    from (
        select
            municipality_code,
            date_on,
            sum(factor) over (partition by municipality_code order by date_on) as so_far
        from factors
    ) as c
),

gaps as (
    select
        c.*,
        lead(c.date_on) over (
            partition by c.source_slug, c.municipality_code, c.topic_code order by c.date_on
        ) as next_on,
        sum(c.items_count) over (
            partition by c.source_slug, c.municipality_code, c.topic_code order by c.date_on
            range between interval '364 days' preceding and current row
        ) as year_count,
        {{ local_date(as_of(), 'm.time_zone') }} as today_on
    from counts as c
    inner join municipalities as m on c.municipality_code = m.municipality_code
),

bounded as materialized (
    select
        *,
        coalesce(next_on, today_on) - 1 as until_on
    from gaps
    where
        year_count >= 30
        and coalesce(next_on, today_on) - 1 > date_on
),

measured as (
    select
        b.*,
        coalesce(p2.so_far, 0) - coalesce(p1.so_far, 0) as peers_count,
        coalesce(p1.so_far, 0) - coalesce(p1.year_before, 0) - b.year_count as peers_year_count,
        (f2.so_far - f1.so_far) * b.year_count / nullif(f1.so_far - coalesce(f1.year_before, 0), 0) as own_expected
    from bounded as b
    left join peer_sums as p1 on b.peers = p1.peers and b.date_on = p1.date_on
    left join peer_sums as p2 on b.peers = p2.peers and b.until_on = p2.date_on
    left join factor_sums as f1 on b.municipality_code = f1.municipality_code and b.date_on = f1.date_on
    left join factor_sums as f2 on b.municipality_code = f2.municipality_code and b.until_on = f2.date_on
),

surprising as (
    select
        *,
        case
            when peers_year_count >= 30
                then least(peers_count * ln(1 + year_count / peers_year_count), own_expected)
            else own_expected
        end as surprise
    from measured
)

select
    s.source_slug,
    s.municipality_code,
    s.topic_code,
    s.date_on as last_on,
    s.next_on,
    s.until_on - s.date_on as silent_days,
    s.year_count::integer as year_count,
    round(s.own_expected::numeric, 1) as expected_count,
    round(s.surprise::numeric, 2) as surprise,
    s.next_on is null as is_running,
    -- a topic is silent with its whole source
    s.topic_code = 'all' or not exists (
        select 1
        from surprising as w
        where
            w.source_slug = s.source_slug
            and w.municipality_code = s.municipality_code
            and w.topic_code = 'all'
            and w.surprise >= {{ least }}
            and w.date_on < s.until_on
            and w.until_on > s.date_on
    ) as is_cause
from surprising as s
where s.surprise >= {{ least }}
