-- Grain: one item and the first message about its problem. A chain goes from a message to those that repeat or double
-- it; a link counts only to an earlier message, so that no chain is a circle.
{{ config(
    materialized='incremental', incremental_strategy='replace',
    meta={'replace': 'int_chain_scope', 'key': 'feedback_key'},
    tags=['each_run'],
    indexes=[{'columns': ['feedback_key'], 'unique': true}, {'columns': ['root_key']}]
) }}

with recursive feedback as not materialized (
    select * from {{ ref('int_feedback') }}
),

repeats as (
    select * from {{ ref('int_repeats') }}
),

items as (
    select
        i.feedback_key,
        p.feedback_key as earlier_key
    from feedback as i
    left join repeats as l on i.feedback_key = l.feedback_key
    left join feedback as p
        on
            coalesce(l.repeat_of_key, l.duplicate_of_key) = p.feedback_key
            and (p.received_at, p.feedback_key) < (i.received_at, i.feedback_key)
    where {{ only('i.feedback_key', ref('int_chain_scope'), 'feedback_key') }}
),

-- those that continue something: the walk goes over them only
continued as materialized (
    select
        feedback_key,
        earlier_key
    from items
    where earlier_key is not null
),

walked as (
    select
        feedback_key,
        feedback_key as root_key
    from items
    where earlier_key is null
    union all
    select
        c.feedback_key,
        w.root_key
    from walked as w
    inner join continued as c on w.feedback_key = c.earlier_key
)

select
    feedback_key,
    root_key
from walked
