-- Grain: one thing that the figures do not know at present: a source that does not answer or is silent, a check that
-- failed, too few marks, names that no map knows. Live for sources and checks.
with sources as (
    select * from {{ ref('dim_source') }}
),

results as (
    select distinct on (rule_code, subject)
        rule_code,
        subject,
        severity,
        title,
        observed,
        is_passed
    from {{ source('ops', 'quality_results') }}
    order by rule_code, subject, checked_at desc
),

failing as (
    select
        1 as weight,
        'Источник не отвечает' as kind,
        s.title || ': с '
        || to_char(t.failing_since at time zone '{{ var("time_zone") }}', 'DD.MM.YYYY HH24:MI') as what
    from {{ source('ops', 'source_state') }} as t
    inner join sources as s on t.source_slug = s.source_slug
    where
        t.failing_since is not null
        and {{ visible_to('managers') }}
),

silent as (
    select
        2 as weight,
        'Нет сведений' as kind,
        s.title || ': ' || r.observed as what
    from results as r
    inner join sources as s on r.subject = s.source_slug
    where
        r.rule_code in ('MART-010', 'MART-017')
        and not r.is_passed
        and {{ visible_to('managers') }}
),

failed as (
    select
        case r.severity when 'critical' then 0 else 4 end as weight,
        case r.severity when 'critical' then 'Проверка не пройдена' else 'Замечание проверки' end as kind,
        case
            when count(*) > 1 then ''
            else min(coalesce(s.title || substr(r.subject, 1 + length(s.source_slug)), r.subject)) || ': '
        end
        || r.title
        || case
            when count(*) = 1 then coalesce(' — ' || min(r.observed), '')
            else ' — источников: ' || count(*)
        end as what
    from results as r
    -- a subject may name a field after its source: «sed_delo: Запрос сведений»
    left join sources as s on split_part(r.subject, ':', 1) = s.source_slug
    where
        r.rule_code not in ('MART-010', 'MART-017')
        and not r.is_passed
        and {{ visible_rows() }}
    group by r.rule_code, r.severity, r.title
),

answered as (
    select
        m.short_title as municipality,
        sum(k.answers_count) as answers_count,
        sum(k.marks_count) as marks_count
    from {{ ref('rpt_marks') }} as k
    inner join {{ ref('dim_municipality') }} as m on k.municipality_code = m.municipality_code
    where
        k.period_month >= (select date_trunc('month', a.as_of) - interval '2 months' from {{ ref('dim_as_of') }} as a)
        and {{ visible_rows('k.municipality_code') }}
    group by m.short_title
),

few_marks as (
    select
        3 as weight,
        'Мало оценок' as kind,
        'оценено ' || sum(marks_count) || ' из ' || sum(answers_count) || ' ответов за три месяца: '
        || string_agg(municipality, ', ' order by municipality) as what
    from answered
    where marks_count < 0.2 * answers_count
    having count(*) > 0
),

found as (
    select * from failing
    union all
    select * from silent
    union all
    select * from failed
    union all
    select * from few_marks
)

select
    weight,
    kind,
    what
from found
