-- Grain: one item of a pair whose texts this run compares. Empty in a full run, which compares all.
{{ config(tags=['each_run'], indexes=[{'columns': ['feedback_key'], 'unique': true}]) }}

with candidates as (
    select
        c.feedback_key,
        c.other_key
    from {{ ref('int_near_candidates') }} as c
    inner join {{ ref('int_near_scope') }} as s on c.feedback_key = s.feedback_key
    where c.is_near
),

wanted as (
    select feedback_key from candidates
    union
    select other_key from candidates
)

select
    i.feedback_key,
    i.source_slug,
    i.record_ref
from wanted as w
inner join {{ ref('int_feedback') }} as i on w.feedback_key = i.feedback_key
