-- Deadlines that should have been counted and were not. MART-013 lists items dated before the calendar.
with bad as (
    select f.record_ref || ' ' || c.stage as example
    from intermediate_next.int_clocks as c
    inner join marts_next.fct_feedback as f using (feedback_key)
    left join marts_next.fct_deadlines as d using (feedback_key, stage)
    where d.feedback_key is null and f.received_on >= (select min(date_on) from marts_next.dim_date)
)

select
    'Витрины' as subject,
    count(*) as failed_count,
    'сроков не посчитано: ' || count(*) as observed,
    (array_agg(distinct example))[:5] as examples
from bad
