-- Open items with neither a running deadline nor a reason to have none.
with bad as (
    select
        channel_code,
        source_slug || ' ' || record_ref as example
    from marts_next.rpt_open_items
    where is_without_deadline
)

select
    'Витрины' as subject,
    count(*) as failed_count,
    'открытых обращений без срока: ' || count(*)
    || coalesce(' (каналы: ' || string_agg(distinct channel_code, ', ') || ')', '') as observed,
    (array_agg(distinct example))[:5] as examples
from bad
