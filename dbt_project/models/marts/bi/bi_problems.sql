-- Grain: one problem, in the words that people read.
select
    p.problem_key,
    p.problem,
    p.problem_card,
    m.short_title as municipality,
    b.title as block,
    t.title as topic,
    t.group_title as topic_group,
    p.place,
    p.spot,
    {{ problem_state_ru('p.state') }} as state,
    p.people_count,
    p.matters_count,
    p.messages_count,
    p.channels,
    cardinality(p.channel_codes) as channels_count,
    p.first_on,
    p.last_on,
    p.answered_count,
    p.open_count,
    p.answered_at,
    p.returns_count,
    p.returned_at
from {{ ref('rpt_problems') }} as p
left join {{ ref('dim_municipality') }} as m on p.municipality_code = m.municipality_code
left join {{ ref('dim_topic') }} as t on p.topic_code = t.topic_code
left join {{ ref('dim_sector_block') }} as b on p.block_code = b.block_code
where {{ visible_rows('p.municipality_code', 'p.block_code') }}
