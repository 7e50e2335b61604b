-- Grain: rule of the two gates that does not hold now, with all that it concerns folded into one row. The worst come
-- first by `sort_order`. The state of a subject is that of its latest check.
with latest as (
    select distinct on (rule_code, subject)
        rule_code,
        subject,
        severity,
        owner,
        title,
        is_passed,
        observed,
        failed_count,
        checked_at
    from {{ source('ops', 'quality_results') }}
    order by rule_code, subject, checked_at desc
),

sources as (
    select * from {{ ref('dim_source') }}
),

failed as (
    select
        q.*,
        coalesce(s.title, q.subject) as subject_title
    from latest as q
    left join sources as s on q.subject = s.source_slug
    where
        not q.is_passed
        and q.severity != 'info'
)

select
    rule_code,
    title,
    case severity when 'critical' then 'Критично' else 'Предупреждение' end as severity,
    owner,
    count(*)::integer as subjects_count,
    sum(failed_count)::bigint as failed_count,
    string_agg(subject_title || ': ' || observed, '; ' order by failed_count desc, subject_title) as details,
    max(checked_at) as checked_at,
    (row_number() over (
        order by severity = 'critical' desc, count(*) desc, rule_code
    ))::integer as sort_order
from failed
where {{ visible_rows() }}
group by rule_code, title, severity, owner
