-- Grain: one item of a problem, in the words that people read. Not from `bi_feedback`, all of whose rows would be made
-- for the few of one problem.
select
    i.problem_key,
    p.problem,
    p.problem_card,
    f.feedback_key,
    i.matter_key,
    {{ number_of('i.matter_key') }} as matter,
    f.source_slug,
    f.record_ref,
    m.short_title as municipality,
    t.title as topic,
    c.title as channel,
    r.title as recipient,
    coalesce(s.title, 'Не сопоставлено') as status,
    f.received_at,
    f.received_on,
    i.answered_at,
    f.is_open,
    coalesce(d.is_overdue, false) as is_overdue,
    i.is_return
from {{ ref('bi_problems') }} as p
inner join {{ ref('fct_problem_items') }} as i on p.problem_key = i.problem_key
-- by the index, item by item: the page asks for one problem
cross join lateral (
    select * from {{ ref('fct_feedback') }} as o
    where i.feedback_key = o.feedback_key
    offset 0
) as f
inner join {{ ref('dim_municipality') }} as m on f.municipality_code = m.municipality_code
inner join {{ ref('dim_topic') }} as t on f.topic_code = t.topic_code
inner join {{ ref('dim_channel') }} as c on f.channel_code = c.channel_code
inner join {{ ref('dim_recipient_name') }} as r
    on f.recipient_code = r.recipient_code and {{ in_force('r', 'f.received_on') }}
left join {{ ref('statuses') }} as s on f.status_code = s.status_code
left join lateral (
    select true as is_overdue
    from {{ ref('rpt_deadline_status') }} as o
    where
        f.feedback_key = o.feedback_key
        and o.is_overdue
        and o.answer is not null
    limit 1
) as d on true
where {{ visible_rows('f.municipality_code', 'f.block_code', 'f.recipient_code') }}
