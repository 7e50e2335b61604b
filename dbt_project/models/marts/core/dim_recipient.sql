-- Grain: one responsible recipient under its name at `as_of` (the first one, if none has begun), and the rows for what
-- no map knows and what nobody has yet. Renamed in place: facts refer to it.
{{ config(
    materialized='incremental', incremental_strategy='merge', unique_key='recipient_code', on_schema_change='fail',
    tags=['each_run']
) }}

with recipients as (
    select * from {{ ref('recipients') }}
),

present as (
    select distinct on (recipient_code)
        recipient_code,
        municipality_code,
        title,
        parent_code,
        block_code,
        min(valid_from) over (partition by recipient_code) as valid_from,
        valid_to
    from recipients
    order by
        recipient_code,
        valid_from > {{ local_date(as_of(), "'" ~ var('time_zone') ~ "'") }},
        abs(valid_from - {{ local_date(as_of(), "'" ~ var('time_zone') ~ "'") }})
)

select
    recipient_code,
    municipality_code,
    title,
    parent_code,
    block_code,
    valid_from,
    valid_to
from present
union all
select 'unknown', 'unknown', 'Не сопоставлено', null, 'unknown', null, null
union all
select 'none', 'unknown', 'Не назначен', null, 'unknown', null, null
union all
select 'other_body', 'unknown', 'Другой орган', null, 'unknown', null, null
