-- Appeals without a deadline of registration or of the final reply. MART-013 lists those dated before the calendar.
with bad as (
    select f.record_ref as example
    from marts_next.fct_feedback as f
    left join marts_next.fct_deadlines as d
        on d.feedback_key = f.feedback_key and d.stage in ('registration', 'final')
    where f.kind = 'appeal' and f.received_on >= (select min(date_on) from marts_next.dim_date)
    group by f.feedback_key, f.record_ref
    having count(distinct d.stage) < 2
)

select
    'Витрины' as subject,
    count(*) as failed_count,
    'обращений без срока: ' || count(*) as observed,
    (array_agg(distinct example))[:5] as examples
from bad
