-- Grain: scheme × period × unit, with what people need to read a place: who it is, among whom, what changed since the
-- period before, and what would lift it.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run']
) }}

with ratings as (
    select * from {{ ref('fct_ratings') }}
),

schemes as (
    select * from {{ ref('rating_schemes') }}
),

levers as (
    select * from {{ ref('rpt_rating_levers') }}
),

measures as (
    select * from {{ ref('rating_measures') }}
),

recipient_names as (
    select * from {{ ref('dim_recipient_name') }}
),

blocks as (
    select * from {{ ref('dim_sector_block') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
),

groups as (
    select * from {{ ref('int_recipient_groups') }}
),

peer_groups as (
    select * from {{ ref('peer_groups') }}
),

branches as (
    select * from {{ ref('branches') }}
),

nearest as (
    select distinct on (l.period_key, l.scheme_code, l.unit_code)
        l.period_key,
        l.scheme_code,
        l.unit_code,
        m.title,
        l.items_to_next
    from levers as l
    inner join measures as m on l.component_code = m.component_code
    where l.is_nearest
    order by l.period_key, l.scheme_code, l.unit_code, m.sort_order
),

costliest as (
    select distinct on (l.period_key, l.scheme_code, l.unit_code)
        l.period_key,
        l.scheme_code,
        l.unit_code,
        m.title,
        l.gap
    from levers as l
    inner join measures as m on l.component_code = m.component_code
    where l.is_costliest
    order by l.period_key, l.scheme_code, l.unit_code, m.sort_order
)

select
    r.*,
    s.title as scheme_title,
    s.legal_basis,
    s.min_items,
    s.peers,
    -- the rating of a municipality by its own act; by the common one where its act is not in the seed
    s.peers = 'groups'
    and s.channel_code is null
    and s.period = 'month'
    and (
        s.municipality_code is not null
        or not exists (
            select 1
            from schemes as o
            where
                o.municipality_code = r.municipality_code
                and o.peers = 'groups'
                and o.period = 'month'
                and {{ in_force('o', 'r.period_start') }}
        )
    ) as is_main,
    case s.peers
        when 'municipalities' then m.short_title
        when 'blocks' then b.title
        when 'branches' then m.short_title || ': ' || b.title
        else c.title
    end as unit_title,
    coalesce(
        p.title, h.title, case s.peers when 'municipalities' then 'Муниципалитеты' else 'Отраслевые блоки' end
    ) as peers_title,
    p.sort_order as peers_order,
    lag(r.rank) over earlier - r.rank as rank_change,
    case
        when not r.is_rated then 'мало данных: меньше ' || s.min_items
        when r.rank is null then 'не с кем сравнить'
        when r.rank_low = r.rank_high then r.rank || ' из ' || r.peers_count
        else r.rank || ' из ' || r.peers_count || ' (места ' || r.rank_low || '–' || r.rank_high || ' неразличимы)'
    end as places,
    case
        when r.weights_best_rank = r.weights_worst_rank then 'не меняется'
        when r.rank is not null then 'от ' || r.weights_best_rank || ' до ' || r.weights_worst_rank
    end as weights_ranks,
    case
        when r.rank = 1 or r.rank is null then null
        when n.items_to_next is null then 'одним показателем место не поднять'
        else n.title || ': ещё ' || n.items_to_next
    end as lift,
    k.title || ': ' || replace(trunc(k.gap, 1)::text, '.', ',') as cost
from ratings as r
inner join schemes as s on r.scheme_code = s.scheme_code and {{ in_force('s', 'r.period_start') }}
left join municipalities as m on r.municipality_code = m.municipality_code
-- under the name of the period's last day
left join recipient_names as c
    on
        s.peers in ('groups', 'settlements')
        and r.unit_code = c.recipient_code
        and {{ in_force('c', next_period('r.period', 'r.period_start') ~ ' - 1') }}
left join groups as g on c.recipient_code = g.recipient_code
left join peer_groups as p on g.group_code = p.group_code
left join blocks as b on s.peers in ('blocks', 'branches') and r.unit_code = b.block_code
left join branches as h on s.peers = 'branches' and r.peers_key = h.branch_code
left join nearest as n
    on r.period_key = n.period_key and r.scheme_code = n.scheme_code and r.unit_code = n.unit_code
left join costliest as k
    on r.period_key = k.period_key and r.scheme_code = k.scheme_code and r.unit_code = k.unit_code
window earlier as (partition by r.scheme_code, r.peers_key, r.unit_code order by r.period_start)
