-- Grain: full local day × sector block of a municipality × recipient with an item open at the day's end.
select
    d.date_on,
    m.short_title as municipality,
    b.title as block,
    r.title as recipient,
    d.open_count,
    d.deferred_count
from {{ ref('fct_open_daily') }} as d
inner join {{ ref('dim_municipality') }} as m on d.municipality_code = m.municipality_code
inner join {{ ref('dim_sector_block') }} as b on d.block_code = b.block_code
inner join {{ ref('dim_recipient_name') }} as r
    on d.recipient_code = r.recipient_code and {{ in_force('r', 'd.date_on') }}
where {{ visible_rows('d.municipality_code', 'd.block_code', 'd.recipient_code') }}
