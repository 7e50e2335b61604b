-- Grain: month × municipality × recipient: the rating by the municipality's own act, in the words that people read.
select
    g.period_start as period_month,
    {{ period_ru('g.period_start') }} as period,
    m.short_title as municipality,
    g.peers_title as peer_group,
    g.peers_order,
    g.unit_title as recipient,
    g.scheme_title as scheme,
    g.legal_basis,
    g.items_count,
    s.on_time_share,
    s.satisfaction_share,
    s.completeness_share,
    g.median_days,
    trunc(g.score, 1) as score,
    trunc(g.score_low, 1) as score_low,
    trunc(g.score_high, 1) as score_high,
    g.rank,
    g.peers_count,
    g.rank_change,
    g.rank_low,
    g.rank_high,
    g.places,
    g.weights_ranks,
    g.lift,
    g.cost,
    g.is_rated
from {{ ref('rpt_ratings') }} as g
inner join {{ ref('dim_municipality') }} as m on g.municipality_code = m.municipality_code
-- by the index: the page asks for a month
left join lateral (
    select
        round(max(o.good / o.items_count) filter (where o.component_code = 'on_time'), 6) as on_time_share,
        round(max(o.good / o.items_count) filter (where o.component_code = 'satisfaction'), 6) as satisfaction_share,
        round(max(o.good / o.items_count) filter (where o.component_code = 'completeness'), 6) as completeness_share
    from {{ ref('int_rating_shares') }} as o
    where g.period_key = o.period_key and g.scheme_code = o.scheme_code and g.unit_code = o.unit_code
) as s on true
where
    g.is_main
    and {{ visible_places('g') }}
