-- Grain: one sector block of a municipality, as its act lists them, with its common branch; and the row for what no map
-- knows.
with blocks as (
    select * from {{ ref('sector_blocks') }}
),

branches as (
    select * from {{ ref('branches') }}
)

select
    b.block_code,
    b.municipality_code,
    b.title,
    b.branch_code,
    r.title as branch,
    b.lead_position,
    b.head_position,
    b.legal_basis,
    b.sort_order
from blocks as b
inner join branches as r on b.branch_code = r.branch_code
union all
select
    'unknown',
    'unknown',
    'Не сопоставлено',
    'unknown',
    'Не сопоставлено',
    null,
    null,
    null,
    1000
