-- Deadlines that fall due before they start.
with bad as (
    select f.record_ref || ' ' || d.stage as example
    from marts_next.fct_deadlines as d
    inner join marts_next.fct_feedback as f using (feedback_key)
    where d.due_at <= d.started_at
)

select
    'Витрины' as subject,
    count(*) as failed_count,
    'сроков с нарушением: ' || count(*) as observed,
    (array_agg(distinct example))[:5] as examples
from bad
