-- Deadlines that the peer found, and those in which it differs from the models.
select
    count(*) as terms,
    count(*) filter (where p.due_at is distinct from d.due_at) as mismatches
from intermediate_next.bench_peer as p
inner join marts_next.fct_deadlines as d on p.feedback_key = d.feedback_key and p.stage = d.stage
