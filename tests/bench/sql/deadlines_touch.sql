-- One more answer for every :step-th item.
truncate intermediate_next.int_touched;
insert into intermediate_next.int_touched (feedback_key, source_slug, record_ref)
select feedback_key, source_slug, record_ref
from intermediate_next.int_feedback
where substr(record_ref, 7)::integer % :step = 1;
analyze intermediate_next.int_touched;

insert into intermediate_next.int_events (feedback_key, event_no, event_code, occurred_at, recipient_code)
select e.feedback_key, 6, 'final_reply', max(e.occurred_at) + interval '3 hours', 'none'
from intermediate_next.int_events as e
inner join intermediate_next.int_touched as t on e.feedback_key = t.feedback_key
group by e.feedback_key;
