-- Items with a phone number or an e-mail address in the place.
with bad as (
    select record_ref as example from marts_next.fct_feedback where place ~ :phone or place ~ :email
)

select
    'Витрины' as subject,
    count(*) as failed_count,
    'записей: ' || count(*) as observed,
    (array_agg(distinct example))[:5] as examples
from bad
