-- Grain: pair of items of which people have said whether they are one matter; the last word counts.
select distinct on (least(feedback_key, other_key), greatest(feedback_key, other_key))
    feedback_key,
    other_key,
    kind,
    action = 'link' as is_linked
from {{ source('ops', 'matter_links') }}
order by least(feedback_key, other_key), greatest(feedback_key, other_key), link_id desc
