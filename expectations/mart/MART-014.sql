-- Filled values that could not be read, by source and field.
select
    coalesce(source_slug || ': ' || field, 'Витрины') as subject,
    count(source_slug) as failed_count,
    'не распознано значений: ' || count(source_slug) as observed,
    (array_agg(distinct record_ref) filter (where record_ref is not null))[:5] as examples
from (select 1 as one) as always
left join intermediate_next.int_unread_values as u on true
group by source_slug, field
