-- Grain: channel by which something came in the last year; `channel_group` names the first five.
select
    c.title as channel,
    case when o.place <= 5 then c.title else 'Прочие каналы' end as channel_group,
    o.received_count,
    o.place
from {{ ref('rpt_channel_order') }} as o
inner join {{ ref('dim_channel') }} as c on o.channel_code = c.channel_code
where
    o.received_count > 0
    and {{ visible_rows() }}
