-- The bound: only due times, in one hand-written statement over the same items, events, rules and axis. No control
-- deadline, pause, extension, cancellation or owner: nothing of what explains a deadline.
drop table if exists intermediate_next.bench_bound;
create table intermediate_next.bench_bound as
with milestones as (
    select
        feedback_key,
        min(occurred_at) filter (where event_code = 'registered') as registered_at,
        min(occurred_at) filter (where event_code in ('first_reply', 'interim_reply')) as early_reply_at,
        min(occurred_at) filter (where event_code = 'final_reply') as final_reply_at,
        min(occurred_at) filter (where event_code = 'deferred') as deferred_at,
        min(occurred_at) filter (where event_code = 'requested') as requested_at
    from intermediate_next.int_events
    group by feedback_key
),

deadline_rows as (
    select distinct on (i.feedback_key, r.stage)
        i.feedback_key,
        r.stage,
        r.schedule_code,
        r.unit,
        r.amount,
        r.shift,
        date_trunc('second', s.started_at) as started_at
    from intermediate_next.int_feedback as i
    inner join milestones as m on i.feedback_key = m.feedback_key
    inner join reference_next.topics as t on i.topic_code = t.topic_code
    inner join intermediate_next.int_deadline_rules as r
        on
            (r.municipality_code is null or i.municipality_code = r.municipality_code)
            and (r.channel_code is null or i.channel_code = r.channel_code)
            and (r.kind is null or i.kind = r.kind)
            and (r.is_key_topic is null or t.is_key = r.is_key_topic)
            and (r.priority is null or i.priority = r.priority)
    cross join lateral (
        select case r.start_event
            when 'received' then i.received_at
            when 'registered' then coalesce(m.registered_at, i.received_at)
            when 'interim_reply'
                then
                    case
                        when m.final_reply_at is null or m.early_reply_at < m.final_reply_at then m.early_reply_at
                    end
            when 'deferred' then m.deferred_at
            when 'requested' then m.requested_at
        end as started_at
    ) as s
    where
        s.started_at is not null
        and (r.only_if_event is null or (r.only_if_event = 'requested' and m.requested_at is not null))
        and r.valid_from <= (s.started_at at time zone 'Europe/Moscow')::date
        and (r.valid_to is null or r.valid_to > (s.started_at at time zone 'Europe/Moscow')::date)
    order by i.feedback_key, r.stage, r.specificity desc
)

select
    t.feedback_key,
    t.stage,
    case t.unit
        when 'working_hours'
            then (
                select w.starts_at + (p.position + t.amount * 3600 - w.seconds_before) * interval '1 second'
                from (
                    select
                        seconds_before
                        + least(
                            extract(epoch from t.started_at - starts_at)::bigint, seconds_after - seconds_before
                        ) as position
                    from intermediate_next.int_work_intervals
                    where schedule_code = t.schedule_code and starts_at <= t.started_at
                    order by starts_at desc
                    limit 1
                ) as p
                cross join lateral (
                    select starts_at, seconds_before
                    from intermediate_next.int_work_intervals
                    where schedule_code = t.schedule_code and seconds_after >= p.position + t.amount * 3600
                    order by seconds_after
                    limit 1
                ) as w
            )
        when 'working_days'
            then (
                select (n.date_on + 1)::timestamp at time zone 'Europe/Moscow' - interval '1 second'
                from intermediate_next.int_work_days as d
                inner join intermediate_next.int_work_days as n
                    on d.schedule_code = n.schedule_code and n.is_working and n.ordinal = d.ordinal + t.amount
                where d.schedule_code = t.schedule_code
                    and d.date_on = (t.started_at at time zone 'Europe/Moscow')::date
            )
        when 'calendar_days'
            then (
                select
                    (case when t.shift = 'next' then d.next_working_on else d.date_on end + 1)::timestamp
                    at time zone 'Europe/Moscow' - interval '1 second'
                from intermediate_next.int_work_days as d
                where
                    d.schedule_code = t.schedule_code
                    and d.date_on = (t.started_at at time zone 'Europe/Moscow')::date + t.amount
            )
        else t.started_at + t.amount * interval '1 hour'
    end as due_at
from deadline_rows as t;
create unique index on intermediate_next.bench_bound (feedback_key, stage);
analyze intermediate_next.bench_bound;
