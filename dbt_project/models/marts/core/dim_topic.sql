-- Grain: one topic, and the rows for what no map knows and what has no topic.
select
    topic_code,
    title,
    group_title,
    theme_code,
    is_key,
    classifier_code
from {{ ref('topics') }}
union all
select 'unknown', 'Не сопоставлено', 'Не сопоставлено', 'unknown', false, null
union all
select 'none', 'Тема не указана', 'Тема не указана', 'unknown', false, null
