-- Records without a required field.
with bad as (
    select distinct record_ref
    from :table
    cross join unnest(:required::text[]) as path
    where load_id = :load_id and nullif(trim(payload #>> string_to_array(path, '.')), '') is null
)

select
    :slug as subject,
    count(*) as failed_count,
    'записей: ' || count(*) as observed,
    (array_agg(record_ref order by record_ref))[:5] as examples
from bad
