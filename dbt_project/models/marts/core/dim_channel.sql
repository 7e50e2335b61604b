-- Grain: one channel of feedback, and the row for what no map knows.
select
    channel_code,
    title,
    source_slug,
    kind,
    is_direct
from {{ ref('channels') }}
union all
select 'unknown', 'Не сопоставлено', 'unknown', 'message', null
