-- Accepted records that are in no mart, by source.
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
    coalesce(r.missing, a.records) as failed_count,
    'принято ' || coalesce(r.raw_records::text, '?') || ', в витрине ' || coalesce(r.in_feedback::text, '0')
    || ', не хватает ' || coalesce(r.missing, a.records) as observed,
    array(select record_ref from (:missing_refs) as m where m.slug = a.source_slug) as examples
from accepted as a
left join marts_next.rpt_reconciliation as r using (source_slug)
