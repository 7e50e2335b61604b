-- Grain: local day × municipality × block × topic × channel, in the words that people read. Left joins of one row each:
-- the server makes none whose column is not asked for.
with days as (
    select
        min(date_on) as first_on,
        max(date_on) as last_on
    from {{ ref('fct_flows') }}
),

-- materialized: the local day is reckoned for a municipality, not for each of its rows
municipalities as materialized (
    select
        m.municipality_code,
        m.short_title,
        {{ local_date('a.as_of', 'm.time_zone') }} as today
    from {{ ref('dim_municipality') }} as m
    cross join {{ ref('dim_as_of') }} as a
)

select
    w.date_on,
    {{ period_ru('y.date_on') }} as period,
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
    (m.today - w.date_on) / 7 as weeks_ago
from {{ ref('fct_flows') }} as w
inner join municipalities as m on w.municipality_code = m.municipality_code
left join {{ ref('dim_sector_block') }} as b on w.block_code = b.block_code
left join {{ ref('dim_topic') }} as t on w.topic_code = t.topic_code
left join {{ ref('dim_channel') }} as c on w.channel_code = c.channel_code
left join {{ ref('rpt_channel_order') }} as o on w.channel_code = o.channel_code
-- each day once: a period is looked for here, and then its days in the index of the flows
left join (
    select distinct d.at::date as date_on
    from days as n
    cross join lateral generate_series(n.first_on, n.last_on, interval '1 day') as d (at)
) as y on w.date_on = y.date_on
where {{ visible_rows('w.municipality_code', 'w.block_code') }}
