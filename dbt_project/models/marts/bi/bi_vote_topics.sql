-- Grain: vote, poll or discussion × topic that it is about, beside what citizens wrote on that topic.
select
    n.record_ref,
    m.short_title as municipality,
    v.title,
    t.title as topic,
    {{ local_date('v.started_at', 'm.time_zone') }} as started_on,
    {{ local_date('v.ended_at', 'm.time_zone') }} as ended_on,
    v.votes_count,
    n.items_before,
    n.items_after
from {{ ref('rpt_vote_topics') }} as n
inner join (
    select
        source_slug,
        record_ref,
        title,
        started_at,
        ended_at,
        sum(votes_count)::bigint as votes_count
    from {{ ref('fct_votes') }}
    group by source_slug, record_ref, title, started_at, ended_at
) as v on n.source_slug = v.source_slug and n.record_ref = v.record_ref
inner join {{ ref('dim_municipality') }} as m on n.municipality_code = m.municipality_code
inner join {{ ref('dim_topic') }} as t on n.topic_code = t.topic_code
where {{ visible_rows('n.municipality_code') }}
