-- Grain: one of the first problems of a block, or a municipality without one that the person sees, as the filter
-- «Проблема» names it. Without anything to choose, the page of a problem would wait for ever.
select
    problem_card,
    municipality,
    state,
    people_count
from {{ ref('bi_first_problems') }}
union all
select
    'Проблем нет' as problem_card,
    m.short_title as municipality,
    null as state,
    -- behind all problems, whose people are counted
    0 as people_count
from {{ ref('dim_municipality') }} as m
where
    m.municipality_code != 'unknown'
    and {{ visible_to('anyone', municipality='m.municipality_code') }}
    and not exists (
        select 1
        from {{ ref('fct_problems') }} as p
        where
            p.municipality_code = m.municipality_code
            and {{ visible_rows('p.municipality_code', 'p.block_code') }}
    )
