-- Grain: one municipality, and the row for what no map knows.
select
    municipality_code,
    title,
    short_title,
    region,
    time_zone,
    legal_basis,
    addressee,
    signatory
from {{ ref('municipalities') }}
union all
select
    'unknown',
    'Не сопоставлено',
    'Не сопоставлено',
    'Не сопоставлено',
    '{{ var("time_zone") }}',
    null,
    null,
    null
