-- Items dated before the first day of the working calendar: they have no deadline and count in no indicator.
with bad as (
    select f.source_slug || ' ' || f.record_ref || ' от ' || to_char(f.received_on, 'DD.MM.YYYY') as example
    from marts_next.fct_feedback as f
    where f.received_on < (select min(date_on) from marts_next.dim_date)
)

select
    'Витрины' as subject,
    count(*) as failed_count,
    'не учтено в сроках и показателях: ' || count(*) as observed,
    (array_agg(distinct example))[:5] as examples
from bad
