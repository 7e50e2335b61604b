-- Grain: calendar week × full weeks up to the instant of the marts × block × channel, in the words that people read. A
-- chart of weeks is limited by the instant of the marts, not by the clock of whoever looks.
select
    w.week_on,
    w.weeks_ago,
    m.short_title as municipality,
    b.title as block,
    c.title as channel,
    w.received_count,
    w.closed_count,
    w.overdue_count
from {{ ref('rpt_flow_weeks') }} as w
inner join {{ ref('dim_municipality') }} as m on w.municipality_code = m.municipality_code
inner join {{ ref('dim_sector_block') }} as b on w.block_code = b.block_code
inner join {{ ref('dim_channel') }} as c on w.channel_code = c.channel_code
where {{ visible_rows('w.municipality_code', 'w.block_code') }}
