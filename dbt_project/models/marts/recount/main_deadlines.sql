-- Grain: one item with a term: the one it is judged by, the final answer's, or the first reply's where there is no other
-- (an incident answered at once).
-- The stages sort by themselves: after_interim, final, first_reply. A term that is paused is not judged. Local days of its end and of its doing.
{{ config(materialized='view', schema='intermediate', post_hook=[]) }}

select distinct on (d.feedback_key)
    d.feedback_key,
    d.stage,
    d.municipality_code,
    d.recipient_code,
    d.due_at,
    d.done_at,
    d.cancelled_at,
    {{ local_date('d.due_at', 'm.time_zone') }} as due_on,
    coalesce(d.done_at <= d.due_at, false) as is_met,
    d.paused_since is not null or coalesce(d.cancelled_at <= d.due_at and d.done_at is null, false) as is_cancelled
from {{ ref('fct_deadlines') }} as d
inner join {{ ref('dim_municipality') }} as m on d.municipality_code = m.municipality_code
where d.stage in ('after_interim', 'final', 'first_reply')
order by d.feedback_key, d.stage
