-- Grain: one item of a problem, in the words that people read. First to last, and titles by sub-selects: the page asks
-- for one problem and shows its first items, so that the index gives them in order and no title is looked up for the
-- others.
select
    i.problem_key,
    (select p.problem from {{ ref('fct_problems') }} as p where p.problem_key = i.problem_key) as problem,
    i.problem_card,
    i.feedback_key,
    i.matter_key,
    {{ number_of('i.matter_key') }} as matter,
    i.source_slug,
    i.record_ref,
    (
        select m.short_title from {{ ref('dim_municipality') }} as m
        where m.municipality_code = i.municipality_code
    ) as municipality,
    (select t.title from {{ ref('dim_topic') }} as t where t.topic_code = i.topic_code) as topic,
    (select c.title from {{ ref('dim_channel') }} as c where c.channel_code = i.channel_code) as channel,
    (
        select r.title from {{ ref('dim_recipient_name') }} as r
        where r.recipient_code = i.recipient_code and {{ in_force('r', 'i.received_on') }}
    ) as recipient,
    coalesce(
        (select s.title from {{ ref('statuses') }} as s where s.status_code = i.status_code), 'Не сопоставлено'
    ) as status,
    i.received_at,
    i.received_on,
    i.answered_at,
    i.is_open,
    coalesce((
        select true
        from {{ ref('rpt_deadline_status') }} as o
        where
            o.feedback_key = i.feedback_key
            and o.is_overdue
            and o.answer is not null
        limit 1
    ), false) as is_overdue,
    i.is_return,
    w.items_count
from {{ ref('rpt_problem_items') }} as i
-- by the name of the card, so that only the chosen problem is counted
inner join (
    select
        n.problem_card,
        sum(n.messages_count)::integer as items_count
    from {{ ref('rpt_problem_weeks') }} as n
    where
        {{ visible_rows('n.problem_municipality_code', 'n.problem_block_code') }}
        and {{ visible_rows('n.municipality_code', 'n.block_code', 'n.recipient_code') }}
    group by n.problem_card
) as w on i.problem_card = w.problem_card
where
    {{ visible_rows('i.problem_municipality_code', 'i.problem_block_code') }}
    and {{ visible_rows('i.municipality_code', 'i.block_code', 'i.recipient_code') }}
order by i.problem_card, i.received_at
