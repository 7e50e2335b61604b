-- Records with the content of another one under a different number. All of them stay.
with bodies as (
    select
        record_ref,
        row_number() over (
            partition by payload #- string_to_array(:id, '.') order by record_ref
        ) > 1 as is_copy
    from :table
    where load_id = :load_id
)

select
    :slug as subject,
    count(*) filter (where is_copy) as failed_count,
    'одинаковых по содержанию: ' || count(*) filter (where is_copy) as observed,
    (array_agg(record_ref order by record_ref) filter (where is_copy))[:5] as examples
from bodies
