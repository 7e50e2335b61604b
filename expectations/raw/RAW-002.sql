-- Records with a date or time that cannot be read. It is ISO 8601, or the local «дд.мм.гггг чч:мм» of Russian exports.
with bad as (
    select distinct record_ref
    from (:dates) as d
    where not (iso like '____-__-__%' and pg_input_is_valid(iso, 'timestamptz'))
)

select
    :slug as subject,
    count(*) as failed_count,
    'записей: ' || count(*) as observed,
    (array_agg(record_ref order by record_ref))[:5] as examples
from bad
