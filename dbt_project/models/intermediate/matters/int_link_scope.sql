-- Grain: one item whose links this run judges anew: those whose pairs or repeats may have changed, those that quote a
-- touched record, those that people have linked or parted. Empty in a full run.
{{ config(tags=['each_run'], indexes=[{'columns': ['feedback_key'], 'unique': true}]) }}

with said as (
    select * from {{ ref('stg_ops__matter_words') }}
),

scope as (
    select feedback_key from {{ ref('int_near_scope') }}
    union
    select feedback_key from {{ ref('int_altered') }}
    union
    select q.feedback_key
    from {{ ref('int_quotes') }} as q
    inner join {{ ref('int_touched') }} as t on q.quoted_key = t.feedback_key
    union
    -- what its source says goes on from an item that changed, or came later than it
    select r.feedback_key
    from {{ ref('int_repeats') }} as r
    inner join {{ ref('int_altered') }} as a on r.repeat_of_key = a.feedback_key
    union
    -- what repeats or doubles one of its author's items may go on from any of them
    select r.feedback_key
    from {{ ref('int_repeats') }} as r
    inner join {{ ref('int_affected') }} as a on r.feedback_key = a.feedback_key
    where r.is_repeat or r.is_duplicate
    union
    select s.feedback_key from said as s
    union
    select s.other_key from said as s
)

select feedback_key
from scope
where not {{ is_full() }}
