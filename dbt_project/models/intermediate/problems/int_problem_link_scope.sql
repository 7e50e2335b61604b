-- Grain: one item whose links to a problem this run judges anew: those whose matter or pairs may have changed, and
-- those of whom people have said something. Empty in a full run.
{{ config(tags=['each_run'], indexes=[{'columns': ['feedback_key'], 'unique': true}]) }}

with said as (
    select * from {{ ref('stg_ops__problem_words') }}
),

matter_scope as (
    select * from {{ ref('int_matter_scope') }}
),

matters as not materialized (
    select * from {{ ref('int_matters') }}
),

-- taken out now, or before this run: taken back since, or a part of a matter that has changed since
parted as (
    select feedback_key from {{ ref('int_parted') }}
    union
    select m.feedback_key
    from said as s
    inner join matters as o on s.feedback_key = o.feedback_key
    inner join matters as m on o.matter_key = m.matter_key
    where s.action = 'restore'
    union
    select b.feedback_key
    from matter_scope as b
    where b.matter_key in (
        select c.matter_key
        from matter_scope as c
        inner join said as s on c.feedback_key = s.feedback_key
        where s.action in ('split', 'restore')
    )
),

scope as (
    select feedback_key from {{ ref('int_link_scope') }}
    union
    select feedback_key from parted
    union
    select c.feedback_key
    from {{ ref('int_near_candidates') }} as c
    inner join parted as p on c.other_key = p.feedback_key
    union
    select s.feedback_key from said as s
    union
    select s.other_key
    from said as s
    where s.other_key is not null
)

select feedback_key
from scope
where not {{ is_full() }}
