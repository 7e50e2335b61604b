-- Fields that appeared, disappeared or were renamed. In a small load a field may well be empty everywhere: a missing
-- one counts only from a number of records on.
with renamed as (
    select pair ->> 'field' as field, pair ->> 'from' as old_name, pair ->> 'to' as new_name
    from ops.loads
    cross join jsonb_array_elements(coalesce(details -> 'renamed', '[]')) as pair
    where load_id = :load_id
),

drift as (
    select 'переименовано? «' || old_name || '» → «' || new_name || '»' as change from renamed
    union all
    select 'новое: ' || field
    from ops.loads
    cross join jsonb_array_elements_text(coalesce(details -> 'unknown_fields', '[]')) as field
    where load_id = :load_id and field not in (select new_name from renamed)
    union all
    select 'нет: ' || field
    from ops.loads
    cross join jsonb_array_elements_text(coalesce(details -> 'missing_fields', '[]')) as field
    where load_id = :load_id and read_count >= :rows_to_judge and field not in (select field from renamed)
)

select
    :slug as subject,
    count(*) as failed_count,
    coalesce(string_agg(change, ', ' order by change), 'без изменений') as observed,
    null as examples
from drift
