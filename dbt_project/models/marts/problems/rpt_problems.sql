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
    case
        when p.open_count > 0 and p.returns_count > 0 then 'returned'
        when p.open_count > 0 then 'opened'
        when
            greatest(p.answered_at, p.last_at) > a.as_of - {{ var('problems').quiet_days }} * interval '1 day'
            then 'answered'
        else 'quiet'
    end as state
from problems as p
cross join as_of as a
