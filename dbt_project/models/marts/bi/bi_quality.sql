-- Grain: rule × subject × check of the two gates. Examples stay in ops.
select
    rule_code,
    stage,
    subject,
    severity,
    owner,
    title,
    is_passed,
    observed,
    threshold,
    checked_at
from {{ source('ops', 'quality_results') }}
