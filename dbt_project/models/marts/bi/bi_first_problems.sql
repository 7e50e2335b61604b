-- Grain: one of the first problems of a sector block, as many as a list or a filter shows at most. Not from
-- `bi_problems`: a page would number all of them to show the first. Whatever municipalities and blocks are chosen, the
-- first rows of the choice are here, and `block_problems_count` adds up to the number of its problems. `place_in_block`
-- stays as it is counted: a condition on it ends the reading of a block.
{%- set rows = 1000 %}
with blocks as materialized (
    select
        municipality_code,
        block_code,
        count(*)::integer as problems_count
    from {{ ref('fct_problems') }} as b
    where {{ visible_rows('b.municipality_code', 'b.block_code') }}
    group by municipality_code, block_code
)

select
    p.problem_key,
    p.problem,
    p.problem_card,
    m.short_title as municipality,
    b.title as block,
    {{ problem_state_ru(problem_state('p', 'a.as_of')) }} as state,
    p.is_settled,
    p.place_in_block,
    p.people_count,
    p.messages_count,
    p.channels,
    p.first_on,
    p.last_on,
    p.open_count,
    p.returns_count,
    case when p.place_in_block = 1 then o.problems_count else 0 end as block_problems_count
from blocks as o
cross join lateral (
    select
        f.*,
        row_number() over (
            order by f.is_settled, f.people_count desc, f.messages_count desc, f.first_on
        ) as place_in_block
    from {{ ref('fct_problems') }} as f
    where o.municipality_code = f.municipality_code and o.block_code = f.block_code
) as p
inner join {{ ref('dim_municipality') }} as m on o.municipality_code = m.municipality_code
inner join {{ ref('dim_sector_block') }} as b on o.block_code = b.block_code
cross join {{ ref('dim_as_of') }} as a
where p.place_in_block <= {{ rows }}
