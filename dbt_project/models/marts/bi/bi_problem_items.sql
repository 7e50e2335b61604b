-- Grain: one item of a problem, in the words that people read.
select
    i.problem_key,
    p.problem,
    p.problem_card,
    f.feedback_key,
    i.matter_key,
    {{ number_of('i.matter_key') }} as matter,
    f.source_slug,
    f.record_ref,
    f.municipality,
    f.topic,
    f.channel,
    f.recipient,
    f.status,
    f.received_at,
    f.received_on,
    i.answered_at,
    f.is_open,
    f.is_overdue,
    i.is_return
from {{ ref('fct_problem_items') }} as i
inner join {{ ref('bi_problems') }} as p on i.problem_key = p.problem_key
inner join {{ ref('bi_feedback') }} as f on i.feedback_key = f.feedback_key
-- the two views of bi show what the person may see
where {{ visible_to('anyone') }}
