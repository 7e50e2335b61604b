-- Records with an instant too long ago or in the future. Precise to the day: ISO dates are compared as text, a few
-- hours of a time zone do not matter here.
with times as (
    select
        record_ref,
        case
            when value like '__.__.____%'
                then substr(value, 7, 4) || '-' || substr(value, 4, 2) || '-' || left(value, 2) || substr(value, 11)
            else value
        end as iso
    from :table
    cross join unnest(:times::text[]) as path
    cross join lateral (select nullif(payload #>> string_to_array(path, '.'), '') as value offset 0) as v
    where load_id = :load_id and value is not null
),

bad as (
    select distinct record_ref
    from times
    where
        iso like '____-__-__%'
        and pg_input_is_valid(iso, 'timestamptz')
        and (
            left(iso, 4) < :first_year::text
            or left(iso, 10) > (:as_of::timestamptz + make_interval(days => :days_ahead))::date::text
        )
)

select
    :slug as subject,
    count(*) as failed_count,
    'записей: ' || count(*) as observed,
    (array_agg(record_ref order by record_ref))[:5] as examples
from bad
