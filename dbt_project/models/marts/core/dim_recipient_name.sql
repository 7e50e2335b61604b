-- Grain: one name of a recipient and the days on which it was in force. Each recipient has exactly one name on any day:
-- the first holds for all days before it, the last for all days after it.
with recipients as (
    select * from {{ ref('recipients') }}
),

recipients_now as (
    select * from {{ ref('dim_recipient') }}
),

named as (
    select
        recipient_code,
        title,
        parent_code,
        block_code,
        valid_from,
        row_number() over in_order = 1 as is_first,
        lead(valid_from) over in_order as valid_to
    from recipients
    window in_order as (partition by recipient_code order by valid_from)
)

select
    recipient_code,
    title,
    parent_code,
    block_code,
    case when is_first then '0001-01-01'::date else valid_from end as valid_from,
    valid_to
from named
union all
-- what no map knows and what nobody has: no organisations, under their one name
select
    d.recipient_code,
    d.title,
    d.parent_code,
    d.block_code,
    '0001-01-01'::date as valid_from,
    null::date as valid_to
from recipients_now as d
where not exists (select from recipients as r where d.recipient_code = r.recipient_code)
