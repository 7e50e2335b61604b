-- Grain: item × time that was changed after the fact × version that changed it: a later version of the record has
-- another time of registration or reply than an earlier one, or none.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_touched', 'key': 'feedback_key'},
    on_schema_change='fail', tags=['each_run']
) }}

with item_versions as (
    select * from {{ ref('int_versions') }}
),

versions as (
    select * from item_versions
    where {{ only('feedback_key', ref('int_touched'), 'feedback_key') }}
),

moments as (
    select
        v.feedback_key,
        v.version_no,
        v.seen_at,
        f.field,
        f.moment,
        lag(f.moment) over (partition by v.feedback_key, f.field order by v.version_no) as moment_before
    from versions as v
    cross join lateral (
        values
        ('registered_at', v.registered_at),
        ('first_reply_at', v.first_reply_at),
        ('final_reply_at', v.final_reply_at)
    ) as f (field, moment)
)

select
    feedback_key,
    field,
    version_no,
    seen_at,
    moment_before as before_at,
    moment as after_at
from moments
where moment_before is distinct from moment and moment_before is not null
