-- Grain: one responsible recipient under its latest name, and the rows for what no map knows and what nobody has yet.
with recipients as (
    select * from {{ ref('recipients') }}
),

latest as (
    select distinct on (recipient_code)
        recipient_code,
        municipality_code,
        title,
        parent_code,
        block_code,
        min(valid_from) over (partition by recipient_code) as valid_from,
        valid_to
    from recipients
    order by recipient_code, valid_from desc
)

select
    recipient_code,
    municipality_code,
    title,
    parent_code,
    block_code,
    valid_from,
    valid_to
from latest
union all
select 'unknown', 'unknown', 'Не сопоставлено', null, 'unknown', null, null
union all
select 'none', 'unknown', 'Не назначен', null, 'unknown', null, null
