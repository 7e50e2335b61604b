-- Grain: recipient. The executor's clock and the citizen's, in the words that people read.
select
    m.short_title as municipality,
    r.title as recipient,
    k.problems_count,
    k.satisfied_count,
    k.repeated_count,
    k.median_citizen_days,
    k.median_executor_days,
    k.median_gap_days
from {{ ref('rpt_citizen_clocks_by_recipient') }} as k
inner join {{ ref('dim_municipality') }} as m on k.municipality_code = m.municipality_code
inner join {{ ref('dim_recipient') }} as r on k.recipient_code = r.recipient_code
where {{ visible_rows('k.municipality_code', recipient='k.recipient_code') }}
