-- Grain: scheme × period × recipient, block or municipality, in the words that people read. All schemes.
select
    r.scheme_code,
    r.scheme_title as scheme,
    r.legal_basis,
    case r.period
        when 'week' then 'неделя'
        when 'month' then 'месяц'
        when 'quarter' then 'квартал'
        else 'год'
    end as period_kind,
    r.period_start,
    r.is_main,
    m.short_title as municipality,
    r.peers_title as peer_group,
    r.peers_order,
    r.unit_title as unit,
    r.items_count,
    r.median_days,
    trunc(r.score, 1) as score,
    trunc(r.score_low, 1) as score_low,
    trunc(r.score_high, 1) as score_high,
    r.rank,
    r.peers_count,
    r.rank_change,
    r.rank_low,
    r.rank_high,
    r.places,
    r.weights_ranks,
    r.lift,
    r.cost,
    r.is_rated
from {{ ref('rpt_ratings') }} as r
left join {{ ref('dim_municipality') }} as m on r.municipality_code = m.municipality_code
where {{ visible_places('r') }}
