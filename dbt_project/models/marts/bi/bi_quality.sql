-- Grain: rule × subject × check of the two gates. Examples of records stay in ops.
select
    q.rule_code,
    q.stage,
    q.subject,
    -- a subject is a source, a part of one («sed_delo: …»), or a part of the marts
    coalesce(s.title || substr(q.subject, length(s.source_slug) + 1), q.subject) as subject_title,
    q.severity,
    q.owner,
    q.title,
    q.is_passed,
    q.observed,
    q.threshold,
    q.checked_at
from {{ source('ops', 'quality_results') }} as q
left join {{ ref('dim_source') }} as s on split_part(q.subject, ':', 1) = s.source_slug
where {{ visible_rows() }}
