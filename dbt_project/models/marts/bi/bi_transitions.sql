-- Grain: sector block of a municipality × state × the state after it.
select
    m.short_title as municipality,
    b.title as block,
    f.title as from_state,
    f.sort_order as from_order,
    case when t.state_code = f.state_code then t.title || ' (другой исполнитель)' else t.title end as to_state,
    w.moves_count,
    w.handed_count,
    w.moves_share,
    w.median_working_hours
from {{ ref('rpt_transitions') }} as w
inner join {{ ref('dim_municipality') }} as m on w.municipality_code = m.municipality_code
inner join {{ ref('dim_sector_block') }} as b on w.block_code = b.block_code
inner join {{ ref('dwell_states') }} as f on w.state_code = f.state_code
inner join {{ ref('dwell_states') }} as t on w.next_state_code = t.state_code
where {{ visible_rows('w.municipality_code', 'w.block_code') }}
