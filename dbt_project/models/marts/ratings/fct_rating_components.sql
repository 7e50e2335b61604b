-- Grain: scheme × period × unit × component. A unit's share is drawn towards that of its peers, the more the fewer
-- items it has; the bands of the scheme make points of it. The contributions add up to the score exactly and are cut,
-- never rounded up. A component that none of the peers has leaves its weight to the others; a unit that lacks it, or
-- has fewer items than the scheme asks for, gets the share of its peers.
{{ config(
    materialized='incremental', incremental_strategy='replace',
    meta={'replace': 'int_recount_periods', 'key': 'period_key'},
    on_schema_change='fail', tags=['each_run']
) }}

with shares as (
    select * from {{ ref('int_rating_shares') }}
),

priors as (
    select * from {{ ref('fct_rating_priors') }}
),

components as (
    select * from {{ ref('rating_components') }}
),

-- who is judged at all: each unit with an item whose deadline came
units as (
    select
        period_key,
        scheme_code,
        period,
        period_start,
        peers_key,
        municipality_code,
        unit_code
    from shares
    where {{ in_recounted_periods('period_key') }}
    group by period_key, scheme_code, period, period_start, peers_key, municipality_code, unit_code
),

weighed as (
    select
        u.*,
        c.component_code,
        c.weight,
        c.worst_share,
        c.best_share,
        p.peers_share,
        p.prior_items,
        c.weight / sum(c.weight) over (partition by u.period_key, u.scheme_code, u.unit_code) as used_weight,
        coalesce(s.items_count, 0) as items_count,
        s.good,
        s.expected_share,
        s.share_of_all,
        s.adjusted_share,
        case when s.items_count >= c.min_items then s.items_count else 0 end as counted_items
    from units as u
    inner join components as c on u.scheme_code = c.scheme_code and {{ in_force('c', 'u.period_start') }}
    inner join priors as p
        on
            u.period_key = p.period_key
            and u.scheme_code = p.scheme_code
            and u.peers_key = p.peers_key
            and c.component_code = p.component_code
    left join shares as s
        on
            u.period_key = s.period_key
            and u.scheme_code = s.scheme_code
            and u.unit_code = s.unit_code
            and c.component_code = s.component_code
),

shrunk as (
    select
        *,
        (peers_share * prior_items + coalesce(adjusted_share, 0) * counted_items) / (prior_items + counted_items)
            as shrunk_share
    from weighed
),

scored as (
    select
        *,
        greatest(0, least(1, (shrunk_share - worst_share) / (best_share - worst_share))) as points_share
    from shrunk
)

select
    period_key,
    scheme_code,
    period,
    period_start,
    peers_key,
    municipality_code,
    unit_code,
    component_code,
    good as numerator,
    items_count as denominator,
    round(good / nullif(items_count, 0), 12) as share,
    expected_share,
    share_of_all,
    adjusted_share,
    counted_items,
    peers_share,
    prior_items,
    round(shrunk_share, 12) as shrunk_share,
    weight,
    round(used_weight, 12) as used_weight,
    worst_share,
    best_share,
    trunc(round(100 * points_share, 8), 4) as score,
    trunc(round(100 * used_weight * points_share, 8), 4) as contribution
from scored
