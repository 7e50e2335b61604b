-- Records that came more than once in the load. Landing writes equal copies once and counts them; of a record with two
-- different versions raw has both.
with doubled as (
    select record_ref from :table where load_id = :load_id group by record_ref having count(*) > 1
),

counted as (
    select
        coalesce((details ->> 'repeated')::bigint, 0) as repeated,
        (select count(*) from doubled) as versions
    from ops.loads
    where load_id = :load_id
)

select
    :slug as subject,
    repeated + versions as failed_count,
    'полных повторов: ' || repeated || ', записей в двух версиях: ' || versions as observed,
    array(select record_ref from doubled order by record_ref limit 5) as examples
from counted
