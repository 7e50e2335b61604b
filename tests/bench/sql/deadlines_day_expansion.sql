-- The peer: the same deadlines by expanding each into days and their intervals and summing, as open SLA packages do.
drop table if exists intermediate_next.bench_peer;
create table intermediate_next.bench_peer as
with deadline_rows as (
    select
        d.feedback_key,
        d.stage,
        d.schedule_code,
        d.started_at,
        d.due_at,
        r.unit,
        r.amount,
        r.shift,
        (d.started_at at time zone 'Europe/Moscow')::date as started_on
    from marts_next.fct_deadlines as d
    inner join intermediate_next.int_deadline_rules as r on d.rule_code = r.rule_code
    inner join intermediate_next.int_feedback as i on d.feedback_key = i.feedback_key
    where
        substr(i.record_ref, 7)::integer <= :items
        and not d.is_extended
        and d.paused_amount = 0
),

days as (
    select
        t.*,
        g.day::date as day,
        w.is_working,
        count(*) filter (where w.is_working and g.day::date > t.started_on)
            over (partition by t.feedback_key, t.stage order by g.day) as working_no
    from deadline_rows as t
    cross join lateral generate_series(t.started_on::timestamp, t.started_on + t.amount + 30, '1 day') as g (day)
    inner join intermediate_next.int_work_days as w on t.schedule_code = w.schedule_code and g.day::date = w.date_on
),

pieces as (
    select
        d.feedback_key,
        d.stage,
        d.amount * 3600 as wanted,
        greatest(w.starts_at, d.started_at) as from_at,
        sum(extract(epoch from w.ends_at - greatest(w.starts_at, d.started_at)))
            over (partition by d.feedback_key, d.stage order by w.starts_at) as worked_after,
        extract(epoch from w.ends_at - greatest(w.starts_at, d.started_at)) as worked
    from days as d
    inner join intermediate_next.int_work_intervals as w on d.schedule_code = w.schedule_code and d.day = w.date_on
    where d.unit = 'working_hours' and w.ends_at > d.started_at
)

select
    feedback_key,
    stage,
    min(from_at + (wanted - (worked_after - worked)) * interval '1 second') as due_at
from pieces
where worked_after >= wanted
group by feedback_key, stage

union all

select
    feedback_key,
    stage,
    (
        case
            when unit = 'working_days' then min(day) filter (where is_working and working_no = amount)
            when shift = 'next' then min(day) filter (where day >= started_on + amount and is_working)
            else min(day) filter (where day = started_on + amount)
        end + 1
    )::timestamp at time zone 'Europe/Moscow' - interval '1 second'
from days
where unit in ('working_days', 'calendar_days')
group by feedback_key, stage, unit, shift, started_on, amount;
