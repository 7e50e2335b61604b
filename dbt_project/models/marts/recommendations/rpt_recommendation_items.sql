-- Grain: recommendation × span × item that it is about. Spans: `now`, the last `flow.days` full days, from which drafts
-- are made; `before`, as many before a recommendation was accepted; `after`, as many after it was done. One definition
-- of a hit for all three. Every number of a draft and of an effect is a count of these rows; those of a lever are in
-- fct_rating_components.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run']
) }}
{%- set days = var('flow').days %}

with municipalities as (
    select
        municipality_code,
        time_zone,
        {{ local_date(as_of(), 'time_zone') }} as today
    from {{ ref('dim_municipality') }}
    where municipality_code != 'unknown'
),

words as (
    select * from {{ ref('int_recommendation_words') }}
),

done as (
    select
        w.recommendation_key,
        w.kind,
        w.municipality_code,
        w.decided_on,
        coalesce(w.accepted_on, w.decided_on) as accepted_on,
        m.today
    from words as w
    inner join municipalities as m on w.municipality_code = m.municipality_code
    where w.action = 'done'
),

spans as (
    select
        d.*,
        s.span,
        s.first_on,
        s.last_on
    from done as d
    cross join lateral (
        values
        ('before', d.accepted_on - {{ days }}, d.accepted_on - 1),
        ('after', d.decided_on + 1, least(d.decided_on + {{ days }}, d.today - 1))
    ) as s (span, first_on, last_on)
),

-- no span begins before it: what is older need not be looked at
horizon as (
    select least(min(m.today) - {{ days }}, (select min(s.first_on) from spans as s)) as earliest
    from municipalities as m
),

-- looked at once, in few columns: five kinds of grounds read them
feedback as materialized (
    select
        f.feedback_key,
        f.municipality_code,
        f.block_code,
        f.recipient_code,
        f.topic_code,
        f.received_on,
        f.is_repeat,
        {{ local_date('f.final_reply_at', 'm.time_zone') }} as answered_on
    from {{ ref('fct_feedback') }} as f
    inner join municipalities as m on f.municipality_code = m.municipality_code
    where
        {{ from_citizen('f') }}
        and greatest(f.received_on, {{ local_date('f.final_reply_at', 'm.time_zone') }})
        >= (select h.earliest from horizon as h)
),

chains as (
    select * from {{ ref('fct_forwarding_chains') }}
),

evidence as (
    select * from {{ ref('int_reply_evidence') }}
),

problems as (
    select * from {{ ref('rpt_problems') }}
),

problem_items as (
    select * from {{ ref('fct_problem_items') }}
),

-- a matter that comes back to one recipient on one topic
repeats as (
    select
        'repeats' as kind,
        municipality_code,
        null as block_code,
        recipient_code,
        topic_code,
        null::uuid as problem_key,
        feedback_key,
        received_on as happened_on,
        is_repeat as is_hit,
        true as is_offered
    from feedback
    where
        recipient_code not in ('none', 'unknown')
        and topic_code not in ('none', 'unknown')
),

-- an answer with signs that it says nothing, among all answers: the weekly sample holds none without signs
hollow as (
    select
        'hollow' as kind,
        f.municipality_code,
        null as block_code,
        f.recipient_code,
        null as topic_code,
        null::uuid as problem_key,
        f.feedback_key,
        f.answered_on as happened_on,
        coalesce(e.is_strong, false) as is_hit,
        true as is_offered
    from feedback as f
    left join evidence as e on f.feedback_key = e.feedback_key
    where
        f.recipient_code not in ('none', 'unknown')
        and f.answered_on is not null
),

circles as (
    select
        'circles' as kind,
        f.municipality_code,
        f.block_code,
        null as recipient_code,
        null as topic_code,
        null::uuid as problem_key,
        f.feedback_key,
        f.received_on as happened_on,
        coalesce(c.hops_count > {{ var('flow').transfers }} or c.has_circle, false) as is_hit,
        true as is_offered
    from feedback as f
    left join chains as c on f.feedback_key = c.feedback_key
    where f.block_code not in ('none', 'unknown')
),

-- problems that came back after an answer
troubles as (
    select
        municipality_code,
        block_code,
        topic_code,
        problem_key
    from problems
    where
        state = 'returned'
        and people_count >= {{ var('recommendations').people }}
),

-- a message of such a problem
returned as (
    select
        'problem' as kind,
        t.municipality_code,
        t.block_code,
        null as recipient_code,
        t.topic_code,
        t.problem_key,
        f.feedback_key,
        f.received_on as happened_on,
        true as is_hit,
        true as is_offered
    from troubles as t
    inner join problem_items as i on t.problem_key = i.problem_key
    inner join feedback as f
        on
            i.feedback_key = f.feedback_key
            and t.municipality_code = f.municipality_code
            and t.block_code = f.block_code
            and t.topic_code = f.topic_code
),

-- among all messages on its topic: once for all problems on it
subjects as (
    select
        'topic' as kind,
        t.municipality_code,
        t.block_code,
        null as recipient_code,
        t.topic_code,
        null::uuid as problem_key,
        f.feedback_key,
        f.received_on as happened_on,
        false as is_hit,
        true as is_offered
    from (
        select distinct
            municipality_code,
            block_code,
            topic_code
        from troubles
    ) as t
    inner join feedback as f
        on
            t.municipality_code = f.municipality_code
            and t.block_code = f.block_code
            and t.topic_code = f.topic_code
),

-- both for the problems that were dealt with, each in its own spans
dealt_with as (
    select
        'problem' as kind,
        w.municipality_code,
        w.block_code,
        null as recipient_code,
        w.topic_code,
        w.problem_key,
        f.feedback_key,
        f.received_on as happened_on,
        i.feedback_key is not null as is_hit,
        false as is_offered
    from words as w
    inner join feedback as f
        on
            w.municipality_code = f.municipality_code
            and w.block_code = f.block_code
            and w.topic_code = f.topic_code
    left join problem_items as i on f.feedback_key = i.feedback_key and w.problem_key = i.problem_key
    where
        w.kind = 'problem'
        and w.action = 'done'
),

grounds as not materialized (
    select * from repeats
    union all
    select * from hollow
    union all
    select * from circles
    union all
    select * from returned
    union all
    select * from subjects
    union all
    select * from dealt_with
),

keyed as not materialized (
    select
        {{ recommendation_key(
            'kind', 'municipality_code', 'block_code', 'recipient_code', 'topic_code', 'problem_key::text', 'null'
        ) }} as recommendation_key,
        *
    from grounds
),

items as (
    select
        k.*,
        'now' as span
    from keyed as k
    inner join municipalities as m on k.municipality_code = m.municipality_code
    where
        k.happened_on between m.today - {{ days }} and m.today - 1
        and k.is_offered
    union all
    select
        k.*,
        s.span
    from keyed as k
    inner join spans as s
        on
            k.kind = s.kind
            and k.municipality_code = s.municipality_code
            and k.recommendation_key = s.recommendation_key
            and k.happened_on between s.first_on and s.last_on
    where
        k.kind != 'problem'
        or not k.is_offered
)

select
    recommendation_key,
    span,
    kind,
    municipality_code,
    block_code,
    recipient_code,
    topic_code,
    problem_key,
    feedback_key,
    is_hit
from items
