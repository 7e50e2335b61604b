-- Records with an instant too long ago or in the future. Precise to the day: ISO dates are compared as text, a few
-- hours of a time zone do not matter here.
with bad as (
    select distinct record_ref
    from (:dates) as d
    where
        path = any(:times::text[])
        and iso like '____-__-__%'
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
