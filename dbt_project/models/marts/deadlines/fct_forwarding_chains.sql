-- Grain: one item that was forwarded or changed hands: who had it, in order; how often it was forwarded; how many hands
-- it went through, how often it came back to some it had been in, and the first circle of that kind.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_touched', 'key': 'feedback_key'},
    on_schema_change='fail', tags=['each_run']
) }}

with events as not materialized (
    select * from {{ ref('fct_feedback_events') }}
),

recipients as (
    select * from {{ ref('dim_recipient') }}
),

forwarded as (
    select
        feedback_key,
        (count(*) filter (where event_code = 'forwarded'))::integer as forwardings_count
    from events
    where
        event_code in ('assigned', 'forwarded')
        and {{ only('feedback_key', ref('int_touched'), 'feedback_key') }}
    group by feedback_key
    having
        count(*) filter (where event_code = 'forwarded') > 0
        or count(distinct recipient_code) filter (where recipient_code not in ('none', 'unknown')) > 1
),

held as (
    select
        e.feedback_key,
        e.event_no,
        e.recipient_code,
        lag(e.recipient_code) over (partition by e.feedback_key order by e.event_no) as recipient_before
    from events as e
    inner join forwarded as f on e.feedback_key = f.feedback_key
    where
        e.event_code in ('assigned', 'forwarded')
        and e.recipient_code not in ('none', 'unknown')
),

hops as (
    select
        feedback_key,
        recipient_code,
        row_number() over in_order as hop_no,
        row_number() over (partition by feedback_key, recipient_code order by event_no) as time_no
    from held
    where recipient_code is distinct from recipient_before
    window in_order as (partition by feedback_key order by event_no)
),

-- the first return, and the last time before it that the same recipient had the item
returns as (
    select distinct on (r.feedback_key)
        r.feedback_key,
        b.hop_no as from_hop,
        r.hop_no as to_hop
    from hops as r
    inner join hops as b
        on r.feedback_key = b.feedback_key and r.recipient_code = b.recipient_code and b.time_no = r.time_no - 1
    order by r.feedback_key, r.hop_no
),

chains as (
    select
        h.feedback_key,
        array_agg(h.recipient_code order by h.hop_no) as recipients,
        count(*)::integer - 1 as hops_count,
        (count(*) filter (where h.time_no = 1))::integer as hands_count,
        (count(*) filter (where h.time_no > 1))::integer as returns_count,
        string_agg(d.title, ' → ' order by h.hop_no) filter (where h.hop_no between r.from_hop and r.to_hop) as circle
    from hops as h
    inner join recipients as d on h.recipient_code = d.recipient_code
    left join returns as r on h.feedback_key = r.feedback_key
    group by h.feedback_key
)

select
    f.feedback_key,
    f.forwardings_count,
    coalesce(c.recipients, array[]::text[]) as recipients,
    coalesce(c.hops_count, 0) as hops_count,
    coalesce(c.hands_count, 0) as hands_count,
    coalesce(c.returns_count, 0) as returns_count,
    c.circle is not null as has_circle,
    c.circle
from forwarded as f
left join chains as c on f.feedback_key = c.feedback_key
