-- Grain: channel by which something came in the last year. Names only: whoever may see any row chooses among them.
select c.title as channel
from {{ ref('rpt_channel_order') }} as o
inner join {{ ref('dim_channel') }} as c on o.channel_code = c.channel_code
where
    o.received_count > 0
    and {{ visible_to('anyone') }}
