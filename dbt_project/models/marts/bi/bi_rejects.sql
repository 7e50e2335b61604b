-- Grain: source × reason for which records wait in quarantine. The records themselves stay in ops.
select
    s.title as source,
    r.reason_code,
    -- the reason names the field; one of many is enough to know where to look
    min(r.reason) as reason,
    count(*)::integer as rejects_count,
    (count(*) filter (where r.replayed_at is null))::integer as waiting_count,
    min(r.rejected_at) as first_at,
    max(r.rejected_at) as last_at
from {{ source('ops', 'rejects') }} as r
inner join {{ ref('dim_source') }} as s on r.source_slug = s.source_slug
where {{ visible_rows() }}
group by s.title, r.reason_code
