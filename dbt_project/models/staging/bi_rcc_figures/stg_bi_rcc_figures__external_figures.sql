-- Grain: one figure of the regional centre: its code × municipality × month, its latest accepted version.
with versions as (
    {{ latest_versions('bi_rcc_figures') }}
)

select
    'bi_rcc_figures' as source_slug,
    record_ref,
    payload ->> 'municipality' as municipality_ref,
    date_trunc('month', {{ local_day("payload ->> 'month'") }})::date as period_month,
    btrim(payload ->> 'code') as code,
    payload ->> 'title' as title,
    -- offices write a decimal comma and separate thousands by a space
    {{ decimal("payload ->> 'value'") }} as value,
    source_updated_at,
    load_id
from versions
