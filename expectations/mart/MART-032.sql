-- Measures that are marked as done while the complaints on their topic and place go on or come back.
with bad as (
    select m.record_ref as example
    from marts_next.rpt_measure_checks as c
    inner join marts_next.fct_measures as m using (measure_key)
    where c.verdict in ('goes_on', 'came_back')
)

select
    'Витрины' as subject,
    count(*) as failed_count,
    'исполненных мероприятий, которых жалобы не подтверждают: ' || count(*) as observed,
    (array_agg(example order by example))[:5] as examples
from bad
