-- Records in the marts that no accepted load has, by source.
-- A source with accepted records that the reconciliation does not name has lost all of them.
with accepted as (
    select source_slug, sum(new_count) as records
    from ops.loads
    where status = 'accepted'
    group by source_slug
    having sum(new_count) > 0
)

select
    a.source_slug as subject,
    coalesce(r.extra, a.records) as failed_count,
    'принято ' || coalesce(r.raw_records::text, '?') || ', в витрине ' || coalesce(r.in_feedback::text, '0')
    || ', лишних ' || coalesce(r.extra, a.records) as observed,
    null as examples
from accepted as a
left join marts_next.rpt_reconciliation as r using (source_slug)
