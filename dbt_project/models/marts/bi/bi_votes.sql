-- Grain: one option of a poll, vote or public discussion, in the words that people read.
select
    v.record_ref,
    m.short_title as municipality,
    k.title as kind,
    v.title,
    {{ local_date('v.started_at', 'm.time_zone') }} as started_on,
    {{ local_date('v.ended_at', 'm.time_zone') }} as ended_on,
    coalesce(v.ended_at > a.as_of, false) as is_running,
    v.option_no,
    v.option_title,
    v.votes_count,
    round(
        v.votes_count / nullif(sum(v.votes_count) over (partition by v.source_slug, v.record_ref), 0), 4
    ) as votes_share
from {{ ref('fct_votes') }} as v
inner join {{ ref('dim_municipality') }} as m on v.municipality_code = m.municipality_code
inner join (
    values ('poll', 'Опрос'), ('vote', 'Голосование'), ('public_discussion', 'Общественное обсуждение')
) as k (kind, title) on v.kind = k.kind
cross join {{ ref('dim_as_of') }} as a
where {{ visible_rows('v.municipality_code') }}
