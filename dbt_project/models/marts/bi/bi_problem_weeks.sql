-- Grain: problem × local week × channel × recipient of a sector block: how many items, in the words that people read.
select
    w.problem_key,
    w.problem_card,
    m.short_title as municipality,
    b.title as block,
    -- by the name that was in force when the week began
    (
        select r.title from {{ ref('dim_recipient_name') }} as r
        where r.recipient_code = w.recipient_code and {{ in_force('r', 'w.week_on') }}
    ) as recipient,
    w.week_on,
    c.title as channel,
    w.messages_count
from {{ ref('rpt_problem_weeks') }} as w
inner join {{ ref('dim_municipality') }} as m on w.municipality_code = m.municipality_code
inner join {{ ref('dim_sector_block') }} as b on w.block_code = b.block_code
inner join {{ ref('dim_channel') }} as c on w.channel_code = c.channel_code
where
    {{ visible_rows('w.problem_municipality_code', 'w.problem_block_code') }}
    and {{ visible_rows('w.municipality_code', 'w.block_code', 'w.recipient_code') }}
