-- Grain: scheme × period × unit. The score is the sum of the unit's contributions (fct_rating_components). A unit with
-- fewer items than the scheme asks for is shown and not ranked, nor is one without a peer; equal scores share a rank.
-- Places between `rank_low` and `rank_high` cannot be told apart; `weights_*_rank` is where it would stand if one
-- weight were a tenth more or less.
{{ config(
    materialized='incremental', incremental_strategy='replace',
    meta={'replace': 'int_recount_periods', 'key': 'period_key'},
    on_schema_change='fail', tags=['each_run']
) }}

with shares as (
    select * from {{ ref('int_rating_shares') }}
),

components as (
    select * from {{ ref('fct_rating_components') }}
),

medians as (
    select * from {{ ref('int_rating_medians') }}
),

ranges as (
    select * from {{ ref('fct_rating_ranges') }}
),

schemes as (
    select * from {{ ref('rating_schemes') }}
),

scored as (
    select
        c.period_key,
        c.scheme_code,
        c.period,
        c.period_start,
        c.peers_key,
        c.municipality_code,
        c.unit_code,
        sum(c.contribution) as score
    from components as c
    where {{ in_recounted_periods('c.period_key') }}
    group by
        c.period_key, c.scheme_code, c.period, c.period_start, c.peers_key, c.municipality_code, c.unit_code
),

judged as (
    select
        u.*,
        coalesce(i.items_count, 0) as items_count,
        coalesce(i.items_count, 0) >= s.min_items as is_rated
    from scored as u
    inner join schemes as s on u.scheme_code = s.scheme_code and {{ in_force('s', 'u.period_start') }}
    left join shares as i
        on
            u.period_key = i.period_key
            and u.scheme_code = i.scheme_code
            and u.unit_code = i.unit_code
            and i.component_code = 'processed'
),

ranked as (
    select
        period_key,
        scheme_code,
        peers_key,
        unit_code,
        score,
        (rank() over (peers order by score desc))::integer as rank,
        (count(*) over peers)::integer as peers_count,
        -- the nearest better score
        max(score) over (
            peers
            order by score
            groups between 1 following and 1 following
        ) as next_score
    from judged
    where is_rated
    window peers as (partition by period_key, scheme_code, peers_key)
),

-- nobody is first among one
placed as (
    select * from ranked
    where peers_count > 1
),

nexts as (
    select
        r.period_key,
        r.scheme_code,
        r.unit_code,
        min(n.unit_code) as next_unit_code
    from placed as r
    inner join placed as n
        on
            r.period_key = n.period_key
            and r.scheme_code = n.scheme_code
            and r.peers_key = n.peers_key
            and r.next_score = n.score
    group by r.period_key, r.scheme_code, r.unit_code
),

-- one weight a tenth more or less, the others in proportion
reweighed as (
    select
        r.period_key,
        r.scheme_code,
        r.unit_code,
        rank() over (
            partition by c.period_key, c.scheme_code, c.peers_key, c.component_code, f.factor
            order by round((r.score + (f.factor - 1) * c.contribution) / (1 + (f.factor - 1) * c.used_weight), 8) desc
        ) as rank
    from placed as r
    inner join components as c
        on r.period_key = c.period_key and r.scheme_code = c.scheme_code and r.unit_code = c.unit_code
    cross join (values (0.9), (1.1)) as f (factor)
),

sensitivity as (
    select
        period_key,
        scheme_code,
        unit_code,
        min(rank)::integer as weights_best_rank,
        max(rank)::integer as weights_worst_rank
    from reweighed
    group by period_key, scheme_code, unit_code
)

select
    j.period_key,
    j.scheme_code,
    j.period,
    j.period_start,
    j.peers_key,
    j.municipality_code,
    j.unit_code,
    j.items_count,
    m.median_days,
    case when j.is_rated then j.score end as score,
    g.score_low,
    g.score_high,
    r.rank,
    case when r.rank is not null then g.rank_low end as rank_low,
    case when r.rank is not null then g.rank_high end as rank_high,
    r.peers_count,
    j.is_rated,
    s.weights_best_rank,
    s.weights_worst_rank,
    n.next_unit_code,
    r.next_score - j.score as next_gap
from judged as j
left join medians as m
    on j.period_key = m.period_key and j.scheme_code = m.scheme_code and j.unit_code = m.unit_code
left join placed as r
    on j.period_key = r.period_key and j.scheme_code = r.scheme_code and j.unit_code = r.unit_code
left join ranges as g
    on j.period_key = g.period_key and j.scheme_code = g.scheme_code and j.unit_code = g.unit_code
left join sensitivity as s
    on j.period_key = s.period_key and j.scheme_code = s.scheme_code and j.unit_code = s.unit_code
left join nexts as n
    on j.period_key = n.period_key and j.scheme_code = n.scheme_code and j.unit_code = n.unit_code
