-- Grain: sector block of a municipality, with what it has to do now.
select
    m.short_title as municipality,
    b.title as block,
    b.branch,
    b.head_position,
    w.open_count,
    w.unowned_count,
    w.overdue_count,
    w.overdue_open_count,
    w.due_soon_count,
    w.received_count,
    w.previous_received_count,
    w.closed_count
from {{ ref('rpt_block_load') }} as w
inner join {{ ref('dim_municipality') }} as m on w.municipality_code = m.municipality_code
inner join {{ ref('dim_sector_block') }} as b on w.block_code = b.block_code
where {{ visible_rows('w.municipality_code', 'w.block_code') }}
