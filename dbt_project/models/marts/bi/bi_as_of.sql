-- Grain: one row.
select as_of
from {{ ref('as_of') }}
