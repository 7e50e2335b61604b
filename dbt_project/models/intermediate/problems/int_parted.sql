-- Grain: one item that people have taken out of its problem, and all items of its matter.
{{ config(tags=['each_run']) }}

with said as (
    select * from {{ ref('stg_ops__problem_words') }}
),

matters as not materialized (
    select * from {{ ref('int_matters') }}
)

select distinct m.feedback_key
from said as s
inner join matters as o on s.feedback_key = o.feedback_key
inner join matters as m on o.matter_key = m.matter_key
where s.action = 'split'
