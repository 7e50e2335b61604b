-- Grain: one measure as it stands at `as_of`.
{{ config(materialized='view', post_hook=[]) }}

with measures as (
    select * from {{ ref('fct_measures') }}
),

moment as (
    select * from {{ ref('dim_as_of') }}
)

select
    m.*,
    case when m.is_open then m.planned_on - d.today_on end as days_left,
    coalesce(m.is_open and m.planned_on < d.today_on, false) as is_overdue,
    coalesce(m.done_on > m.planned_on, false) as is_done_late
from measures as m
cross join (
    select {{ local_date('as_of', "'" ~ var('time_zone') ~ "'") }} as today_on
    from moment
) as d
