-- Records of a sample with a phone number or an e-mail address in any text.
with sample as (
    select record_ref, payload from :table where load_id = :load_id order by payload_hash limit :sample
),

bad as (
    select distinct record_ref
    from sample
    cross join lateral jsonb_path_query(payload, '$.** ? (@.type() == "string")') as word
    where word #>> array[]::text[] ~ :phone or word #>> array[]::text[] ~ :email
)

select
    :slug as subject,
    count(*) as failed_count,
    'записей: ' || count(*) as observed,
    (array_agg(record_ref order by record_ref))[:5] as examples
from bad
