-- Grain: full local day × sector block of a municipality × recipient with an item open at the day's end. Left joins of
-- one row each, and a sub-select: the server makes none whose column is not asked for.
select
    d.date_on,
    m.short_title as municipality,
    b.title as block,
    (
        select r.title
        from {{ ref('dim_recipient_name') }} as r
        where r.recipient_code = d.recipient_code and {{ in_force('r', 'd.date_on') }}
    ) as recipient,
    d.open_count,
    d.deferred_count
from {{ ref('fct_open_daily') }} as d
left join {{ ref('dim_municipality') }} as m on d.municipality_code = m.municipality_code
left join {{ ref('dim_sector_block') }} as b on d.block_code = b.block_code
where {{ visible_rows('d.municipality_code', 'd.block_code', 'd.recipient_code') }}
