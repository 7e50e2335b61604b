-- Municipalities of a source, and topics of them, from which nothing comes though it should by the others and by their
-- own past (rpt_silences); the silence of a whole source is MART-010.
with silences as (
    select
        s.*,
        m.title || case when s.topic_code = 'all' then '' else ', тема «' || t.title || '»' end as what
    from marts_next.rpt_silences as s
    inner join marts_next.dim_municipality as m using (municipality_code)
    left join marts_next.dim_topic as t using (topic_code)
    where s.is_running and s.is_cause
),

sources as (
    select distinct source_slug from marts_next.fct_feedback
)

select
    f.source_slug as subject,
    count(s.what) as failed_count,
    coalesce(
        string_agg(
            s.what || ': последнее поступление ' || to_char(s.last_on, 'DD.MM.YYYY') || ', молчит дней: '
            || s.silent_days || ', обычно за это время поступает ' || replace(s.expected_count::text, '.', ','), '; '
            order by s.surprise desc
        ), 'все муниципалитеты на связи'
    ) as observed,
    (array_agg(s.municipality_code order by s.surprise desc) filter (where s.what is not null))[:5] as examples
from sources as f
left join silences as s using (source_slug)
group by f.source_slug
