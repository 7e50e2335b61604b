-- :items items of two years and five events each, drawn from their number only, straight into the models' input.
truncate intermediate_next.int_feedback, intermediate_next.int_events,
    intermediate_next.int_attribute_history, intermediate_next.int_touched, intermediate_next.int_matters;

drop table if exists intermediate_next.bench_items;
create unlogged table intermediate_next.bench_items as
with drawn as (
    select
        n,
        (hashint8extended(n, 1) & 1048575) / 1048576.0 as kind_at,
        (hashint8extended(n, 2) & 1048575) / 1048576.0 as place_at,
        (hashint8extended(n, 3) & 1048575) / 1048576.0 as a,
        (hashint8extended(n, 4) & 1048575) / 1048576.0 as b,
        (hashint8extended(n, 5) & 1048575) / 1048576.0 as c,
        (hashint8extended(n, 6) & 1048575) / 1048576.0 as d,
        timestamptz '2024-11-20 18:00+03'
        + ((hashint8extended(n, 7) & 1073741823) % 62899200) * interval '1 second' as received_at
    from generate_series(1, :items) as n
)

select
    n,
    md5('bench:' || n)::uuid as feedback_key,
    case when kind_at < 0.45 then 'message' when kind_at < 0.85 then 'open_source_message' else 'appeal' end as kind,
    (array['murmansk', 'lomonosovsky', 'gubkinsky', 'giaginsky', 'novoshakhtinsk'])[
        1 + floor(place_at * 5)::integer
    ] as municipality_code,
    a, b, c, d,
    received_at,
    received_at + (600 + floor(a * 250000)) * interval '1 second' as registered_at,
    received_at + (260000 + floor(b * 90000)) * interval '1 second' as assigned_at,
    received_at + (360000 + floor(b * c * 1800000)) * interval '1 second' as middle_at,
    received_at + (2200000 + floor(d * d * 1500000)) * interval '1 second' as final_at
from drawn;
analyze intermediate_next.bench_items;

insert into intermediate_next.int_feedback (
    feedback_key, source_slug, record_ref, municipality_code, time_zone, kind, channel_code, received_at, received_on,
    registered_at, status_code, is_open, topic_code, topic_ref, block_code, recipient_code, author_key, asker_key,
    repeat_days, parent_key, mark,
    is_fast_track, priority, source_updated_at, load_id
)
select
    feedback_key,
    'pos',
    'bench-' || n,
    municipality_code,
    'Europe/Moscow',
    kind,
    case kind when 'message' then 'pos' when 'open_source_message' then 'incident' else 'registry_written' end,
    received_at,
    (received_at at time zone 'Europe/Moscow')::date,
    case when kind != 'open_source_message' then registered_at end,
    case when n % 50 = 0 then 'in_review' else 'answered' end,
    n % 50 = 0,
    (select topic_code from reference_next.topics order by topic_code offset (items.n % 80)::integer limit 1),
    null,
    'unknown',
    municipality_code || '.roads',
    md5((n % 120011)::text),
    'author ' || md5((n % 120011)::text),
    365,
    null,
    case when n % 4 = 0 then 1 + n % 5 end,
    false,
    case when c < 0.1 then 'raised' else 'ordinary' end,
    final_at,
    0
from intermediate_next.bench_items as items;
analyze intermediate_next.int_feedback;

insert into intermediate_next.int_events (feedback_key, event_no, event_code, occurred_at, recipient_code)
select
    i.feedback_key,
    e.event_no,
    e.event_code,
    e.occurred_at,
    'none'
from intermediate_next.bench_items as i
cross join lateral (
    values
    (1, 'received', i.received_at),
    (2, case when i.kind = 'open_source_message' then 'assigned' else 'registered' end, i.registered_at),
    -- what a message waits for, an incident needs, an appeal needs
    (3, case
        when i.kind = 'message' and i.b < 0.3 then 'paused'
        when i.kind = 'open_source_message' and i.b < 0.5 then 'interim_reply'
        when i.kind = 'appeal' and i.b < 0.2 then 'requested'
        else 'assigned' end, i.assigned_at),
    (4, case
        when i.kind = 'message' and i.b < 0.25 then 'resumed'
        when i.kind = 'appeal' and i.b < 0.2 then 'request_answered'
        when i.kind = 'appeal' and i.b < 0.3 then 'extended'
        else 'first_reply' end, i.middle_at),
    (5, case when i.n % 50 = 0 then 'deferred' else 'final_reply' end, i.final_at)
) as e (event_no, event_code, occurred_at);
analyze intermediate_next.int_events;
drop table intermediate_next.bench_items;

-- each item is a matter of its own
insert into intermediate_next.int_matters (feedback_key, matter_key)
select feedback_key, feedback_key from intermediate_next.int_feedback;
analyze intermediate_next.int_matters;
