-- Grain: scheme × period × rated unit × component. What separates a unit from the next better one (the gaps of the
-- components add up to the gap of the scores), and how many more of its items done well would lift it past that one.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run']
) }}

with components as (
    select * from {{ ref('fct_rating_components') }}
),

ratings as (
    select * from {{ ref('fct_ratings') }}
),

compared as (
    select
        c.period_key,
        c.scheme_code,
        c.unit_code,
        c.component_code,
        r.next_unit_code,
        n.contribution - c.contribution as gap,
        r.next_gap,
        c.counted_items,
        c.counted_items - c.numerator as failed_count,
        -- points for one more item, as long as the share is within the bands
        100 * c.used_weight / (c.best_share - c.worst_share) / (c.prior_items + c.counted_items) as points_an_item,
        (c.best_share - c.shrunk_share) * (c.prior_items + c.counted_items) as room
    from components as c
    inner join ratings as r
        on c.period_key = r.period_key and c.scheme_code = r.scheme_code and c.unit_code = r.unit_code
    left join components as n
        on
            c.period_key = n.period_key
            and c.scheme_code = n.scheme_code
            and r.next_unit_code = n.unit_code
            and c.component_code = n.component_code
    where r.is_rated
),

counted as (
    select
        *,
        case
            -- no item: `failed_count` is null, nothing could be done well
            when floor(next_gap / points_an_item) + 1 <= failed_count and floor(next_gap / points_an_item) + 1 <= room
                then (floor(next_gap / points_an_item) + 1)::integer
        end as items_to_next
    from compared
)

select
    period_key,
    scheme_code,
    unit_code,
    component_code,
    next_unit_code,
    gap,
    next_gap,
    items_to_next,
    items_to_next = min(items_to_next) over unit as is_nearest,
    gap > 0 and gap = max(gap) over unit as is_costliest
from counted
window unit as (partition by period_key, scheme_code, unit_code)
