-- Grain: sector block of a municipality × recipient («весь блок») × change of staff.
select
    m.short_title as municipality,
    b.title as block,
    case w.recipient_code when 'all' then 'весь блок' else r.title end as recipient,
    w.recipient_code = 'all' as is_whole_block,
    w.change,
    case when w.change > 0 then '+' || w.change else replace(w.change::text, '-', '−') end as staff_change,
    w.employees,
    w.open_count,
    w.backlog_count,
    w.backlog_low,
    w.backlog_high
from {{ ref('rpt_workload_staff') }} as w
inner join {{ ref('dim_municipality') }} as m on w.municipality_code = m.municipality_code
inner join {{ ref('dim_sector_block') }} as b on w.block_code = b.block_code
left join {{ ref('dim_recipient') }} as r on w.recipient_code = r.recipient_code
where {{ visible_rows('w.municipality_code', 'w.block_code', 'w.recipient_code') }}
