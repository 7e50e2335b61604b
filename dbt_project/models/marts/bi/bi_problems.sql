-- Grain: one problem, in the words that people read.
select
    p.problem_key,
    n.problem,
    -- one name a problem, of signs that a link may carry as they are
    regexp_replace(n.problem, '[^0-9A-Za-zА-Яа-яЁё .,:/()№«»-]', ' ', 'g') || ' (' || m.short_title || ', '
    || {{ number_of('p.problem_key') }} || ')' as problem_card,
    m.short_title as municipality,
    b.title as block,
    t.title as topic,
    t.group_title as topic_group,
    p.place,
    p.spot,
    case p.state
        when 'opened' then 'Открыта' when 'answered' then 'Дан ответ' when 'quiet' then 'Затихла'
        when 'returned' then 'Вернулась'
    end as state,
    p.people_count,
    p.matters_count,
    p.messages_count,
    c.channels,
    cardinality(p.channel_codes) as channels_count,
    p.first_on,
    p.last_on,
    p.answered_count,
    p.open_count,
    p.answered_at,
    p.returns_count,
    p.returned_at
from {{ ref('rpt_problems') }} as p
inner join {{ ref('dim_municipality') }} as m on p.municipality_code = m.municipality_code
inner join {{ ref('dim_topic') }} as t on p.topic_code = t.topic_code
inner join {{ ref('dim_sector_block') }} as b on p.block_code = b.block_code
cross join lateral (
    select coalesce(p.title, t.title || coalesce(': ' || coalesce(p.spot, p.place), '')) as problem
) as n
cross join lateral (
    select string_agg(d.title, ', ' order by d.title) as channels
    from {{ ref('dim_channel') }} as d
    where d.channel_code = any(p.channel_codes)
) as c
where {{ visible_rows('p.municipality_code', 'p.block_code') }}
