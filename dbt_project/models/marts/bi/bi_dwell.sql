-- Grain: sector block of a municipality × recipient («весь блок») × state, with how long items stay there.
select
    m.short_title as municipality,
    b.title as block,
    case w.recipient_code when 'all' then 'весь блок' else r.title end as recipient,
    w.recipient_code = 'all' as is_whole_block,
    s.title as state,
    s.sort_order as state_order,
    w.stays_count,
    w.there_count,
    w.median_working_hours,
    w.slow_working_hours,
    w.median_calendar_days,
    w.slow_calendar_days
from {{ ref('rpt_dwell') }} as w
inner join {{ ref('dim_municipality') }} as m on w.municipality_code = m.municipality_code
inner join {{ ref('dim_sector_block') }} as b on w.block_code = b.block_code
inner join {{ ref('dwell_states') }} as s on w.state_code = s.state_code
left join {{ ref('dim_recipient') }} as r on w.recipient_code = r.recipient_code
where {{ visible_rows('w.municipality_code', 'w.block_code', 'w.recipient_code') }}
