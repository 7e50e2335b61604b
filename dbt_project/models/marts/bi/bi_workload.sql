-- Grain: sector block of a municipality × recipient («весь блок»): workload and what is expected.
select
    m.short_title as municipality,
    b.title as block,
    case w.recipient_code when 'all' then 'весь блок' else r.title end as recipient,
    w.recipient_code = 'all' as is_whole_block,
    w.open_count,
    w.received_per_day,
    w.closed_per_day,
    w.in_hand_days,
    w.items_per_day,
    w.norm_basis,
    w.employees,
    case when w.is_estimated then 'оценка по закрытым' else 'задано' end as employees_basis,
    w.load_share,
    w.expected_count,
    w.low_count,
    w.high_count,
    coalesce(w.low_count || '–' || w.high_count, 'мало данных') as expected_range
from {{ ref('rpt_workload') }} as w
inner join {{ ref('dim_municipality') }} as m on w.municipality_code = m.municipality_code
inner join {{ ref('dim_sector_block') }} as b on w.block_code = b.block_code
left join {{ ref('dim_recipient') }} as r on w.recipient_code = r.recipient_code
where {{ visible_rows('w.municipality_code', 'w.block_code', 'w.recipient_code') }}
