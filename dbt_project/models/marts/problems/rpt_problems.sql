-- Grain: one problem, as it stands at `as_of`: opened → answered → quiet → returned.
{{ config(materialized='view') }}

with problems as (
    select * from {{ ref('fct_problems') }}
),

as_of as (
    select * from {{ ref('dim_as_of') }}
)

select
    p.*,
    {{ problem_state('p', 'a.as_of') }} as state
from problems as p
cross join as_of as a
