-- Grain: municipality × place with an open item or a problem area. Where it lies is the median of the
-- points that authors have marked there, of at least `map.min_points`: fewer would show somebody's yard.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run'],
    indexes=[{'columns': ['municipality_code', 'place'], 'unique': true}]
) }}

with feedback as (
    select * from {{ ref('fct_feedback') }}
),

open_items as (
    select * from {{ ref('rpt_open_items') }}
),

areas as (
    select * from {{ ref('rpt_problem_areas') }}
),

points as (
    select
        municipality_code,
        place,
        count(*)::integer as located_count,
        percentile_cont(0.5) within group (order by latitude) as latitude,
        percentile_cont(0.5) within group (order by longitude) as longitude
    from feedback
    where latitude is not null and longitude is not null and place is not null
    group by municipality_code, place
    having count(*) >= {{ var('map').min_points }}
),

counted as (
    select
        o.municipality_code,
        coalesce(f.place, '') as place,
        count(*)::integer as open_count,
        (count(*) filter (where o.status = 'running_late'))::integer as overdue_count,
        0 as areas_count
    from open_items as o
    inner join feedback as f on o.feedback_key = f.feedback_key
    group by o.municipality_code, f.place
    union all
    select
        municipality_code,
        coalesce(place, '') as place,
        0 as open_count,
        0 as overdue_count,
        count(*)::integer as areas_count
    from areas
    group by municipality_code, place
),

summed as (
    select
        municipality_code,
        place,
        sum(open_count)::integer as open_count,
        sum(overdue_count)::integer as overdue_count,
        sum(areas_count)::integer as areas_count
    from counted
    group by municipality_code, place
)

select
    s.municipality_code,
    s.place,
    s.open_count,
    s.overdue_count,
    s.areas_count,
    p.located_count,
    p.latitude,
    p.longitude
from summed as s
left join points as p on s.municipality_code = p.municipality_code and s.place = p.place
