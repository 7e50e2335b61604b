-- Records that still have a field about a person.
with bad as (
    select distinct record_ref
    from :table
    cross join unnest(:personal::text[]) as path
    where
        load_id = :load_id
        and payload #> string_to_array(path, '.') is not null
        and payload #> string_to_array(path, '.') <> 'null'
)

select
    :slug as subject,
    count(*) as failed_count,
    'записей: ' || count(*) as observed,
    (array_agg(record_ref order by record_ref))[:5] as examples
from bad
