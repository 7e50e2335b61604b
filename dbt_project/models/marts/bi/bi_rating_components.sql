-- Grain: scheme × period × recipient, block or municipality × component: what a score is made of, in the words that
-- people read.
select
    r.scheme_code,
    r.scheme_title as scheme,
    r.period,
    r.period_start,
    {{ period_ru('r.period_start') }} as period_title,
    r.is_main,
    m.short_title as municipality,
    r.peers_title as peer_group,
    r.peers_order,
    r.unit_title as unit,
    r.rank,
    r.is_rated,
    e.sort_order,
    e.title as component,
    p.criterion,
    c.numerator,
    e.counted,
    c.denominator,
    c.share,
    c.expected_share,
    c.adjusted_share,
    c.peers_share,
    c.shrunk_share,
    c.used_weight as weight,
    trunc(c.score, 1) as score,
    c.contribution,
    l.gap,
    l.items_to_next,
    e.definition
from {{ ref('fct_rating_components') }} as c
inner join {{ ref('rpt_ratings') }} as r
    on c.period_key = r.period_key and c.scheme_code = r.scheme_code and c.unit_code = r.unit_code
inner join {{ ref('rating_measures') }} as e on c.component_code = e.component_code
inner join {{ ref('rating_components') }} as p
    on
        c.scheme_code = p.scheme_code
        and c.component_code = p.component_code
        and {{ in_force('p', 'c.period_start') }}
left join {{ ref('dim_municipality') }} as m on c.municipality_code = m.municipality_code
left join {{ ref('rpt_rating_levers') }} as l
    on
        c.period_key = l.period_key
        and c.scheme_code = l.scheme_code
        and c.unit_code = l.unit_code
        and c.component_code = l.component_code
where {{ visible_places('r') }}
