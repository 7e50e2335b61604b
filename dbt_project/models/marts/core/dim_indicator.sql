-- Grain: one indicator of the monthly package.
select
    indicator_code,
    title,
    unit,
    direction,
    formula,
    decided_by,
    legal_basis,
    sort_order
from {{ ref('indicators') }}
