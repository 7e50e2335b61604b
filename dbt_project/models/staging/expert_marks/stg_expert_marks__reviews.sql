-- Grain: one row of the register of judged answers, its latest accepted version.
with versions as (
    {{ latest_versions('expert_marks') }}
)

select
    'expert_marks' as source_slug,
    record_ref,
    {{ source_by_title("payload ->> 'source'") }} as item_source,
    btrim(payload ->> 'item') as item_ref,
    {{ local_day("payload ->> 'reviewed_on'") }} as reviewed_on,
    {{ mark("payload ->> 'mark'") }} as expert_mark,
    {{ review_verdict("payload ->> 'verdict'") }} as verdict,
    source_updated_at,
    load_id
from versions
