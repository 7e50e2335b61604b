-- Grain: rule × subject × check of the two gates. Examples of records stay in ops.
select
    q.rule_code,
    q.stage,
    q.subject,
    coalesce(s.title, q.subject) as subject_title,
    q.severity,
    q.owner,
    q.title,
    q.is_passed,
    q.observed,
    q.threshold,
    q.checked_at
from {{ source('ops', 'quality_results') }} as q
left join {{ ref('dim_source') }} as s on q.subject = s.source_slug
where {{ visible_rows() }}
