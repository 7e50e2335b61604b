-- Grain: scheme × period × rated unit. How sure score and place are: the unknown shares are drawn again and again from
-- what is known of them (beta distribution), and the peers are ranked each time. 90 % of the draws lie between the
-- bounds. The draws come from the scheme's seed and the names, so that any run, and anybody else, gets the same.
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

schemes as (
    select * from {{ ref('rating_schemes') }}
),

shapes as (
    select
        c.period_key,
        c.scheme_code,
        c.peers_key,
        c.unit_code,
        s.draws,
        -- one key to join by: the planner takes several for rarer than they are
        s.seed || ' ' || c.unit_code || ' ' || c.component_code as draw_key,
        greatest(c.shrunk_share * (c.prior_items + c.counted_items), 0.05)::double precision as good,
        greatest((1 - c.shrunk_share) * (c.prior_items + c.counted_items), 0.05)::double precision as bad,
        c.worst_share::double precision as worst_share,
        (c.best_share - c.worst_share)::double precision as band,
        1e6 * 100 * c.used_weight::double precision as weight
    from components as c
    inner join schemes as s on c.scheme_code = s.scheme_code and {{ in_force('s', 'c.period_start') }}
    inner join shares as i
        on
            c.period_key = i.period_key
            and c.scheme_code = i.scheme_code
            and c.unit_code = i.unit_code
            and i.component_code = 'processed'
            and i.items_count >= s.min_items
    where {{ in_recounted_periods('c.period_key') }}
),

-- what all draws have in common is counted before them; they are grouped by numbers, for names are long
rated as materialized (
    select
        *,
        {{ gamma_middle('good') }} as good_middle,
        {{ gamma_width('good') }} as good_width,
        {{ gamma_middle('bad') }} as bad_middle,
        {{ gamma_width('bad') }} as bad_width,
        dense_rank() over (order by period_key, scheme_code, unit_code) as unit_no,
        dense_rank() over (order by period_key, scheme_code, peers_key) as peers_no,
        dense_rank() over (order by draw_key, draws) as key_no
    from shapes
),

digests as materialized (
    select
        n.key_no,
        d.draw_no,
        md5(n.draw_key || ' ' || d.draw_no) as digest
    from (select distinct key_no, draw_key, draws from rated) as n
    cross join lateral generate_series(1, n.draws) as d (draw_no)
),

uniforms as materialized (
    select
        key_no,
        draw_no,
        sqrt(-2 * ln({{ uniform('digest') }})) as radius,
        2 * pi() * {{ uniform('digest', 9) }} as angle
    from digests
),

-- two independent normal numbers a draw (Box and Muller)
normals as materialized (
    select
        key_no,
        draw_no,
        radius * cos(angle) as first_normal,
        radius * sin(angle) as second_normal
    from uniforms
),

drawn as (
    select
        r.unit_no,
        r.peers_no,
        n.draw_no,
        -- millionths of a point, whole: their sum does not depend on the order
        sum((
            r.weight * greatest(0, least(1, (
                1 / (
                    1
                    + {{ gamma_draw('r.bad', 'n.second_normal', 'r.bad_middle', 'r.bad_width') }}
                    / {{ gamma_draw('r.good', 'n.first_normal', 'r.good_middle', 'r.good_width') }}
                )
                - r.worst_share
            ) / r.band))
        )::bigint) as points
    from rated as r
    inner join normals as n on r.key_no = n.key_no
    group by r.unit_no, r.peers_no, n.draw_no
),

ranked as (
    select
        *,
        rank() over (
            partition by peers_no, draw_no
            order by points desc
        ) as rank
    from drawn
),

ranges as (
    select
        unit_no,
        percentile_disc(array[0.05, 0.95]) within group (order by points) as points,
        percentile_disc(array[0.05, 0.95]) within group (order by rank) as ranks
    from ranked
    group by unit_no
),

units as (
    select distinct
        unit_no,
        period_key,
        scheme_code,
        unit_code
    from rated
)

select
    u.period_key,
    u.scheme_code,
    u.unit_code,
    trunc(r.points[1] / 1e6, 4)::numeric as score_low,
    trunc(r.points[2] / 1e6, 4)::numeric as score_high,
    r.ranks[1]::integer as rank_low,
    r.ranks[2]::integer as rank_high
from ranges as r
inner join units as u on r.unit_no = u.unit_no
