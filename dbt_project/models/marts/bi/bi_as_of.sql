-- Grain: one row.
select as_of
from {{ ref('dim_as_of') }}
where {{ visible_to('anyone') }}
