-- Grain: one item of a problem: of a trouble about which at least two people wrote, or two matters whose authors are
-- not known. Who wrote is a pseudonym; it differs by system, so the fewer of pseudonyms and matters are the people.
{{ config(
    materialized='incremental', incremental_strategy='replace',
    meta={'replace': 'int_problem_recount', 'key': 'problem_key'},
    tags=['each_run'],
    indexes=[{'columns': ['feedback_key'], 'unique': true}, {'columns': ['problem_key']}]
) }}

with members as (
    select * from {{ ref('int_problem_members') }}
),

matters as not materialized (
    select * from {{ ref('int_matters') }}
),

feedback as not materialized (
    select * from {{ ref('int_feedback') }}
),

topics as not materialized (
    select * from {{ ref('int_topics') }}
),

milestones as not materialized (
    select * from {{ ref('int_milestones') }}
),

marks as not materialized (
    select * from {{ ref('int_text_marks') }}
),

groups as (
    select
        b.problem_key,
        least(
            count(distinct coalesce(i.author_key, m.matter_key::text)), count(distinct m.matter_key)
        )::integer as people_count
    from members as b
    inner join feedback as i on b.feedback_key = i.feedback_key
    inner join matters as m on b.feedback_key = m.feedback_key
    where {{ only('b.problem_key', ref('int_problem_recount'), 'problem_key') }}
    group by b.problem_key
    having
        count(distinct coalesce(i.author_key, m.matter_key::text)) > 1
        and count(distinct m.matter_key) > 1
)

select
    b.problem_key,
    b.feedback_key,
    m.matter_key,
    g.people_count,
    i.municipality_code,
    d.topic_code,
    d.block_code,
    i.channel_code,
    i.place,
    k.spot,
    i.received_at,
    i.received_on,
    t.is_open,
    coalesce(t.final_reply_at, t.closed_at) as answered_at,
    -- it came after all that was written before had been answered
    coalesce(
        i.received_at > max(coalesce(t.first_final_reply_at, t.closed_at, 'infinity')) over (
            partition by b.problem_key
            order by i.received_at, b.feedback_key
            rows between unbounded preceding and 1 preceding
        ),
        false
    ) as is_return
from groups as g
inner join members as b on g.problem_key = b.problem_key
inner join matters as m on b.feedback_key = m.feedback_key
inner join feedback as i on b.feedback_key = i.feedback_key
inner join topics as d on b.feedback_key = d.feedback_key
inner join milestones as t on b.feedback_key = t.feedback_key
left join marks as k on b.feedback_key = k.feedback_key
