-- Grain: one indicator of the monthly package.
select
    indicator_code,
    title,
    unit,
    aggregation,
    direction,
    formula,
    decided_by,
    legal_basis,
    sort_order
from {{ ref('indicators') }}
