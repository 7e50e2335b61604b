-- Grain: local day × municipality × block × topic × channel, in the words that people read.
select
    w.date_on,
    m.short_title as municipality,
    b.title as block,
    b.branch,
    t.title as topic,
    c.title as channel,
    case when o.place <= 5 then c.title else 'Прочие каналы' end as channel_group,
    w.new_count,
    w.repeat_count,
    w.duplicate_count,
    w.overdue_count,
    w.deferred_count,
    w.closed_count,
    -- a chart of weeks is limited by the instant of the marts, not by the clock of whoever looks
    ({{ local_date('a.as_of', 'm.time_zone') }} - w.date_on) / 7 as weeks_ago
from {{ ref('fct_flows') }} as w
inner join {{ ref('dim_municipality') }} as m on w.municipality_code = m.municipality_code
inner join {{ ref('dim_sector_block') }} as b on w.block_code = b.block_code
inner join {{ ref('dim_topic') }} as t on w.topic_code = t.topic_code
inner join {{ ref('dim_channel') }} as c on w.channel_code = c.channel_code
inner join {{ ref('rpt_channel_order') }} as o on w.channel_code = o.channel_code
cross join {{ ref('dim_as_of') }} as a
where {{ visible_rows('w.municipality_code', 'w.block_code') }}
