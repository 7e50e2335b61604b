-- Grain: recipient or sector block × recipient that belongs to it, on whatever day. A recipient belongs to itself.
{{ config(materialized='view', post_hook=[], tags=['on_definition']) }}

with recursive recipients as (
    select * from {{ ref('recipients') }}
),

below as (
    select
        recipient_code as above_code,
        recipient_code
    from recipients
    union
    select
        b.above_code,
        r.recipient_code
    from below as b
    inner join recipients as r on b.recipient_code = r.parent_code
)

select
    'recipient' as above_kind,
    above_code,
    recipient_code
from below
union
select
    'block' as above_kind,
    block_code as above_code,
    recipient_code
from recipients
