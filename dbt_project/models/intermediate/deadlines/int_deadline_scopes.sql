-- Grain: kind of items × rule that may count their deadlines × state of knowledge of its calendar. Rules are matched
-- with the few kinds of the items of this run, not with each item. A table and not a part of `int_clocks`: PostgreSQL
-- knows how many rules a kind has, and works at the clocks with all cores.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, tags=['each_run'],
    post_hook='analyze {{ this }}'
) }}

with feedback as (
    select * from {{ ref('int_feedback') }}
),

attribute_history as (
    select * from {{ ref('int_attribute_history') }}
),

topics as (
    select * from {{ ref('topics') }}
),

rules as (
    select * from {{ ref('int_deadline_rules') }}
),

schedules as (
    select * from {{ ref('int_schedules') }}
),

items as (
    select
        {{ scope_key('i', 'k') }} as scope_key,
        i.municipality_code,
        i.channel_code,
        i.kind,
        coalesce(k.topic_code, i.topic_code) as topic_code,
        coalesce(k.priority, i.priority) as priority,
        i.source_due_at is not null as has_source_deadline,
        i.promised_at is not null and i.kind != 'appeal' as has_promise
    from feedback as i
    left join attribute_history as k on i.feedback_key = k.feedback_key
    where {{ only('i.feedback_key', ref('int_touched'), 'feedback_key') }}
),

kinds_of_items as materialized (
    select distinct
        i.*,
        coalesce(t.is_key, false) as is_key_topic
    from items as i
    left join topics as t on i.topic_code = t.topic_code
)

select
    c.scope_key,
    r.rule_code,
    r.stage,
    r.start_event,
    r.stop_event,
    r.only_if_event,
    r.ends_on_deferral,
    coalesce(s.schedule_code, r.schedule_code) as schedule_code,
    coalesce(s.known_from, '-infinity') as calendar_from,
    coalesce(s.known_to, 'infinity') as calendar_to,
    r.season_from,
    r.season_to,
    r.valid_from,
    r.valid_to,
    r.specificity
from kinds_of_items as c
inner join rules as r on {{ fits_rule('r', 'c') }}
left join schedules as s on r.schedule_code = s.base_code

union all

-- the deadline that the source itself set, and the date promised by a deferral, before any rule
select
    c.scope_key,
    s.rule_code,
    s.stage,
    s.start_event,
    s.stop_event,
    null as only_if_event,
    false as ends_on_deferral,
    null as schedule_code,
    '-infinity' as calendar_from,
    'infinity' as calendar_to,
    null as season_from,
    null as season_to,
    '-infinity' as valid_from,
    null as valid_to,
    1000 as specificity
from kinds_of_items as c
cross join lateral (
    values
    (c.has_source_deadline, 'source_target', 'final', 'received', 'final_reply'),
    (c.has_promise, 'promised_date', 'deferred', 'deferred', 'deferred_reply')
) as s (is_set, rule_code, stage, start_event, stop_event)
where s.is_set
