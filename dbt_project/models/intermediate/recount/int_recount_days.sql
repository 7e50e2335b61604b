-- Grain: one local day whose figures this run counts anew: the days of changed items as they were and as they are, and
-- the days between the instant of the last run and this one's. Empty in a full run.
{{ config(tags=['each_run'], indexes=[{'columns': ['date_on'], 'unique': true}]) }}

with days_before as (
    select * from {{ ref('int_recount_days_before') }}
),

feedback as not materialized (
    select * from {{ ref('int_feedback') }}
),

milestones as not materialized (
    select * from {{ ref('int_milestones') }}
),

-- not materialized: only the items of this run are looked up
items as not materialized (
    select
        f.feedback_key,
        f.municipality_code,
        f.received_at,
        m.closed_at,
        m.marked_at,
        m.final_reply_at
    from feedback as f
    inner join milestones as m on f.feedback_key = m.feedback_key
),

-- what happened between the two instants may count on another day too: a return on that of the answer which came back,
-- a first reply on that of the receipt
keys as (
    select feedback_key from {{ ref('int_altered') }}
    union
    select feedback_key
    from {{ ref('int_events') }}
    where
        occurred_at > least({{ as_of_before() }}, {{ as_of() }})
        and occurred_at <= greatest({{ as_of_before() }}, {{ as_of() }})
),

days as (
    select date_on from days_before
    union
    select date_on from {{ ref('int_recount_reviews') }}
    union
    {{ days_of_items('items', ref('int_events'), ref('int_deadlines'), 'keys') }}
    union
    select d::date
    from generate_series(
        date_trunc('day', least({{ as_of_before() }}, {{ as_of() }}) - interval '1 day'),
        date_trunc('day', greatest({{ as_of_before() }}, {{ as_of() }}) + interval '1 day'),
        '1 day'
    ) as d
)

select date_on
from days
where not {{ is_full() }}
