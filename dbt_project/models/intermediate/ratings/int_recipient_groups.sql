-- Grain: one recipient under its latest name. Its peer group is the first whose pattern the name matches.
{{ config(materialized='view', post_hook=[]) }}

with recipients as (
    select * from {{ ref('recipients') }}
),

peer_groups as (
    select * from {{ ref('peer_groups') }}
),

latest as (
    select distinct on (recipient_code)
        recipient_code,
        title
    from recipients
    order by recipient_code, valid_from desc
)

select
    r.recipient_code,
    g.group_code,
    g.is_rated
from latest as r
cross join lateral (
    select
        p.group_code,
        p.is_rated
    from peer_groups as p
    where r.title ~ p.title_pattern
    order by p.sort_order
    limit 1
) as g
