-- Grain: one sector block of a municipality, as its act lists them, and the row for what no map knows.
select
    block_code,
    municipality_code,
    title,
    lead_position,
    head_position,
    legal_basis,
    sort_order
from {{ ref('sector_blocks') }}
union all
select
    'unknown',
    'unknown',
    'Не сопоставлено',
    null,
    null,
    null,
    1000
