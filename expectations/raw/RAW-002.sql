-- Records with a date or time that cannot be read. It is ISO 8601, or the local «дд.мм.гггг чч:мм» of Russian exports.
with instants as (
    select
        record_ref,
        case
            when value like '__.__.____%'
                then substr(value, 7, 4) || '-' || substr(value, 4, 2) || '-' || left(value, 2) || substr(value, 11)
            else value
        end as iso
    from :table
    cross join unnest(:instants::text[]) as path
    -- `offset 0`: PostgreSQL computes the value once, not once a use
    cross join lateral (select nullif(payload #>> string_to_array(path, '.'), '') as value offset 0) as v
    where load_id = :load_id and value is not null
),

bad as (
    select distinct record_ref
    from instants
    where not (iso like '____-__-__%' and pg_input_is_valid(iso, 'timestamptz'))
)

select
    :slug as subject,
    count(*) as failed_count,
    'записей: ' || count(*) as observed,
    (array_agg(record_ref order by record_ref))[:5] as examples
from bad
