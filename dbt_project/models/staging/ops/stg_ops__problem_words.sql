-- Grain: what people have said last of an item: its problem's name, that it is no part of its problem, or (with another
-- item) that both are one problem. «restore» takes back a split or a merge, and stays: a run must see what it frees.
select distinct on (topic, feedback_key, other_key)
    feedback_key,
    other_key,
    action,
    title,
    said_at
from (
    select
        *,
        case when action = 'name' then 'name' when other_key is null then 'split' else 'merge' end as topic
    from {{ source('ops', 'problem_edits') }}
) as e
order by topic, feedback_key, other_key, edit_id desc
