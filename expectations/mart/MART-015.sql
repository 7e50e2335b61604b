-- Events that stand before the receipt of their item; they complete nothing (macro is_before_receipt).
with bad as (
    select f.record_ref || ' ' || e.event_code as example
    from intermediate_next.int_events as e
    inner join marts_next.fct_feedback as f using (feedback_key)
    where
        e.event_code != 'received'
        and e.occurred_at < f.received_at
        -- an event of the same day without a time stands at midnight
        and e.occurred_at at time zone :tz != date_trunc('day', f.received_at at time zone :tz)
)

select
    'Витрины' as subject,
    count(*) as failed_count,
    'событий раньше поступления: ' || count(*) as observed,
    (array_agg(distinct example))[:5] as examples
from bad
