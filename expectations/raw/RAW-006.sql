-- Rejected records.
select
    :slug as subject,
    greatest(rejected_count - :count, 0) as failed_count,
    'отклонено ' || rejected_count || ' из ' || read_count as observed,
    array(
        select coalesce(record_ref, position) from ops.rejects as r
        where r.load_id = l.load_id order by reject_id limit 5
    ) as examples
from ops.loads as l
where load_id = :load_id
