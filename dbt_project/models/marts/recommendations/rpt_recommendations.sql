-- Grain: one recommendation: offered, accepted, declined or done. What people have decided stays, whether or not the
-- platform still offers it. Effect: the share of such rows in the `flow.days` days before it was accepted, and in as
-- many after it was done.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run']
) }}
{%- set days = var('flow').days %}

with drafts as (
    select * from {{ ref('rpt_recommendation_drafts') }}
),

words as (
    select * from {{ ref('int_recommendation_words') }}
),

feedback as (
    select
        f.*,
        {{ local_date('f.final_reply_at', 'm.time_zone') }} as answered_on
    from {{ ref('fct_feedback') }} as f
    inner join {{ ref('dim_municipality') }} as m on f.municipality_code = m.municipality_code
),

chains as (
    select * from {{ ref('fct_forwarding_chains') }}
),

evidence as (
    select * from {{ ref('int_reply_evidence') }}
),

problem_items as (
    select * from {{ ref('fct_problem_items') }}
),

-- the rows that a decided recommendation is about, before and after it
spans as (
    select
        w.*,
        s.is_after,
        s.first_on,
        s.last_on
    from words as w
    cross join lateral (
        values
        (false, coalesce(w.accepted_on, w.decided_on) - {{ days }}, coalesce(w.accepted_on, w.decided_on) - 1),
        (true, w.decided_on + 1, w.decided_on + {{ days }})
    ) as s (is_after, first_on, last_on)
    where w.action = 'done'
),

of_received as (
    select
        s.recommendation_key,
        s.is_after,
        count(*) as items_count,
        count(*) filter (
            where
            case s.kind
                when 'repeats' then f.is_repeat
                when 'circles' then c.hops_count > {{ var('flow').transfers }} or c.has_circle
                else i.feedback_key is not null
            end
        ) as hits
    from spans as s
    inner join feedback as f
        on
            s.municipality_code = f.municipality_code
            and coalesce(s.recipient_code, f.recipient_code) = f.recipient_code
            and coalesce(s.block_code, f.block_code) = f.block_code
            and coalesce(s.topic_code, f.topic_code) = f.topic_code
            and f.received_on between s.first_on and s.last_on
    left join chains as c on f.feedback_key = c.feedback_key
    left join problem_items as i on f.feedback_key = i.feedback_key and s.problem_key = i.problem_key
    where
        s.kind in ('repeats', 'circles', 'problem')
        and f.received_at <= {{ as_of() }}
        and {{ from_citizen('f') }}
    group by s.recommendation_key, s.is_after
),

of_answered as (
    select
        s.recommendation_key,
        s.is_after,
        count(*) as items_count,
        count(*) filter (where e.is_strong) as hits
    from spans as s
    inner join feedback as f
        on
            s.municipality_code = f.municipality_code
            and s.recipient_code = f.recipient_code
            and f.answered_on between s.first_on and s.last_on
    left join evidence as e on f.feedback_key = e.feedback_key
    where
        s.kind = 'hollow'
        and f.final_reply_at <= {{ as_of() }}
        and {{ from_citizen('f') }}
    group by s.recommendation_key, s.is_after
),

measured as (
    select * from of_received
    union all
    select * from of_answered
),

effects as (
    select
        w.recommendation_key,
        coalesce(b.hits, 0) as before_hits,
        coalesce(b.items_count, 0) as before_of,
        coalesce(a.hits, 0) as after_hits,
        coalesce(a.items_count, 0) as after_of
    from words as w
    left join measured as b on w.recommendation_key = b.recommendation_key and not b.is_after
    left join measured as a on w.recommendation_key = a.recommendation_key and a.is_after
    where w.action = 'done' and w.kind not in ('lever', 'own')
),

joined as (
    select
        recommendation_key,
        coalesce(w.kind, d.kind) as kind,
        coalesce(w.municipality_code, d.municipality_code) as municipality_code,
        coalesce(w.block_code, d.block_code) as block_code,
        coalesce(w.recipient_code, d.recipient_code) as recipient_code,
        coalesce(w.text, d.text) as text,
        coalesce(w.basis, d.basis) as basis,
        coalesce(w.action, 'offered') as status,
        w.decided_on as since,
        w.unit,
        w.reason,
        d.recommendation_key is not null as is_offered_now
    from drafts as d
    full join words as w using (recommendation_key)
)

select
    j.*,
    e.before_hits::integer as before_hits,
    e.before_of::integer as before_of,
    e.after_hits::integer as after_hits,
    e.after_of::integer as after_of,
    -- 90 % intervals: they overlap unless more than chance lies between them
    case
        when e.before_of < {{ var('package').min_records }} or e.after_of < {{ var('package').min_records }} then 'few'
        when {{ wilson('e.after_hits', 'e.after_of', '+') }} < {{ wilson('e.before_hits', 'e.before_of', '-') }}
            then 'better'
        when {{ wilson('e.after_hits', 'e.after_of', '-') }} > {{ wilson('e.before_hits', 'e.before_of', '+') }}
            then 'worse'
        when e.recommendation_key is not null then 'unproved'
    end as effect
from joined as j
left join effects as e on j.recommendation_key = e.recommendation_key
