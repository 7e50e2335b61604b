-- Grain: scheme × period × peers × component. What is known of a unit before its own items are looked at: the share of
-- its peers (of few items it leans on the share of all municipalities), and how many items that knowledge is worth.
-- The number is estimated from the peers by the method of moments (beta-binomial); of few peers the scheme says it.
{{ config(
    materialized='incremental', incremental_strategy='replace',
    meta={'replace': 'int_recount_periods', 'key': 'period_key'},
    on_schema_change='fail', tags=['each_run']
) }}

{%- set rating = var('rating') %}

with shares as (
    select * from {{ ref('int_rating_shares') }}
),

schemes as (
    select * from {{ ref('rating_schemes') }}
),

peers as (
    select
        *,
        sum(items_count * adjusted_share) over peers / sum(items_count) over peers as peers_share
    from shares
    where {{ in_recounted_periods('period_key') }}
    window peers as (partition by period_key, scheme_code, peers_key, component_code)
),

moments as (
    select
        period_key,
        scheme_code,
        period,
        period_start,
        peers_key,
        component_code,
        min(share_of_all) as share_of_all,
        count(*)::integer as units_count,
        sum(items_count)::integer as items_count,
        min(peers_share) as peers_share,
        sum(items_count * power(adjusted_share - peers_share, 2)) as spread,
        sum(items_count) - sum(power(items_count::numeric, 2)) / sum(items_count) as spread_items
    from peers
    group by period_key, scheme_code, period, period_start, peers_key, component_code
),

correlated as (
    select
        m.*,
        s.prior_items,
        case
            when
                m.units_count >= {{ rating.min_units }}
                and m.peers_share > 0
                and m.peers_share < 1
                and m.spread_items > m.units_count - 1
                then
                    (m.spread / (m.peers_share * (1 - m.peers_share)) - (m.units_count - 1))
                    / (m.spread_items - (m.units_count - 1))
        end as correlation
    from moments as m
    inner join schemes as s on m.scheme_code = s.scheme_code and {{ in_force('s', 'm.period_start') }}
)

select
    period_key,
    scheme_code,
    period,
    period_start,
    peers_key,
    component_code,
    units_count,
    items_count,
    round((peers_share * items_count + share_of_all * prior_items) / (items_count + prior_items), 12) as peers_share,
    round(correlation, 12) as correlation,
    round(
        case
            when correlation is null then prior_items
            when correlation <= 1.0 / ({{ rating.most_prior }} + 1) then {{ rating.most_prior }}
            else greatest({{ rating.least_prior }}, 1 / correlation - 1)
        end, 12
    ) as prior_items,
    correlation is not null as is_estimated
from correlated
