-- The reviewed calendar must reach half a year beyond the day of the figures, or deadlines fall on days that nobody has
-- reviewed.
{{ config(severity='warn') }}

select max(c.date_on) as reviewed_until
from {{ ref('calendar_days') }} as c
cross join {{ ref('dim_as_of') }} as a
group by a.as_of
having max(c.date_on) < (a.as_of + interval '180 days')::date
