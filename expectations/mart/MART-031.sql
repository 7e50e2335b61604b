-- Surges of volume that go on, each named once by the series that explains it, and those of the day that is not over.
with running as (
    select
        s.municipality_code,
        coalesce(t.title, b.title, 'все блоки') as what,
        'с ' || to_char(s.started_on, 'DD.MM.YYYY') || ' поступило ' || s.items_count as found,
        s.expected_count,
        coalesce(
            (
                select string_agg(
                    c.value || ' (+' || round(c.contribution) || ')', ', ' order by c.contribution desc
                )
                from marts_next.rpt_volume_contributions as c
                where
                    c.surge_key = s.surge_key
                    and c.dimension = 'place'
                    and c.value <> ''
                    and c.contribution * 4 >= s.deviation
            ), ''
        ) as places
    from marts_next.rpt_volume_surges as s
    left join marts_next.dim_topic as t using (topic_code)
    left join marts_next.dim_sector_block as b using (block_code)
    where s.is_running and s.is_cause and s.state = 'surge'
),

today as (
    select distinct on (v.municipality_code)
        v.municipality_code,
        coalesce(t.title, b.title, 'все блоки') as what,
        'сегодня поступило ' || v.items_count as found,
        v.expected_by_now as expected_count,
        '' as places
    from marts_next.rpt_volume_today as v
    left join marts_next.dim_topic as t using (topic_code)
    left join marts_next.dim_sector_block as b using (block_code)
    where v.is_surge and v.municipality_code not in (select municipality_code from running)
    order by v.municipality_code, array_position(array['topic', 'channel', 'block', 'municipality'], v.level)
),

surges as (
    select * from running
    union all
    select * from today
)

select
    m.short_title as subject,
    count(s.what) as failed_count,
    coalesce(
        string_agg(
            s.what || ': ' || s.found || ' при ожидаемых ' || replace(round(s.expected_count, 1)::text, '.', ',')
            || case when s.places = '' then '' else '; ' || s.places end, '; '
        ), 'всплесков нет'
    ) as observed,
    null as examples
from marts_next.dim_municipality as m
left join surges as s using (municipality_code)
where m.municipality_code <> 'unknown'
group by m.short_title
