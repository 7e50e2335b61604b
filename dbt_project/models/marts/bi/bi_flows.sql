-- Grain: local day × municipality × block × topic × channel, in the words that people read.
select
    w.date_on,
    m.short_title as municipality,
    b.title as block,
    t.title as topic,
    c.title as channel,
    w.new_count,
    w.repeat_count,
    w.overdue_count,
    w.deferred_count,
    w.closed_count
from {{ ref('fct_flows') }} as w
inner join {{ ref('dim_municipality') }} as m on w.municipality_code = m.municipality_code
inner join {{ ref('dim_sector_block') }} as b on w.block_code = b.block_code
inner join {{ ref('dim_topic') }} as t on w.topic_code = t.topic_code
inner join {{ ref('dim_channel') }} as c on w.channel_code = c.channel_code
