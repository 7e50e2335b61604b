-- Grain: one problem that this run counts anew: those that the items of its scope stood in, and stand in now. Empty in
-- a full run.
{{ config(tags=['each_run']) }}

with scope as (
    select * from {{ ref('int_problem_scope') }}
)

select problem_key
from scope
where problem_key is not null
union
select m.problem_key
from {{ ref('int_problem_members') }} as m
inner join scope as s on m.feedback_key = s.feedback_key
