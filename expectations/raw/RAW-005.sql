-- Rejected records, if they are more than a share of the load.
select
    :slug as subject,
    case
        when read_count >= :at_least and rejected_count * 100 > read_count * :percent then rejected_count else 0
    end as failed_count,
    'отклонено ' || rejected_count || ' из ' || read_count as observed,
    array(
        select coalesce(record_ref, position) from ops.rejects as r
        where r.load_id = l.load_id order by reject_id limit 5
    ) as examples
from ops.loads as l
where load_id = :load_id
