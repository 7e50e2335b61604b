-- Each filled date of a load by the path of its field; a Russian date is turned to ISO. Rules read it as "dates".
select
    record_ref,
    path,
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
