-- Grain: one indicator of the catalogue.
select
    indicator_code,
    title,
    unit,
    aggregation,
    direction,
    formula,
    decided_by,
    legal_basis,
    act_of,
    sort_order,
    in_package
from {{ ref('indicators') }}
