-- Municipalities whose new, repeated and duplicate items do not add up to all items. An item with a date after `as_of`
-- is in no flow yet.
with items as (
    select municipality_code, count(*) as items
    from marts_next.fct_feedback
    where received_at <= :as_of::timestamptz and kind <> 'body_request'
    group by municipality_code
),

flows as (
    select municipality_code, sum(new_count + repeat_count + duplicate_count) as items
    from marts_next.fct_flows
    group by municipality_code
),

bad as (
    select municipality_code as example
    from items as i
    full join flows as f using (municipality_code)
    where f.items is distinct from i.items
)

select
    'Витрины' as subject,
    count(*) as failed_count,
    'муниципалитетов с расхождением: ' || count(*) as observed,
    (array_agg(distinct example))[:5] as examples
from bad
