-- Grain: scheme × recipient (× block, where blocks are rated): whom the scheme rates by their items, and among whom. A
-- scheme rates recipients within their group, administrations of settlements, blocks, blocks of one branch in all
-- municipalities, or whole municipalities (column `peers` of rating_schemes).
{{ config(indexes=[{'columns': ['join_key']}]) }}

with schemes as (
    select * from {{ ref('rating_schemes') }}
),

recipients as (
    select * from {{ ref('recipients') }}
),

groups as (
    select * from {{ ref('int_recipient_groups') }}
),

blocks as (
    select * from {{ ref('sector_blocks') }}
),

rated as (
    select distinct
        r.municipality_code,
        r.recipient_code,
        g.group_code
    from recipients as r
    inner join groups as g on r.recipient_code = g.recipient_code
    where g.is_rated
)

-- a block is an empty one where the scheme looks at recipients and not at blocks
select
    s.scheme_code,
    s.period,
    -- an empty code: all channels
    coalesce(s.channel_code, '') as only_channel,
    -- one key to join by: the planner takes several for rarer than they are
    s.period || ' ' || coalesce(s.channel_code, '') || ' ' || r.recipient_code as join_key,
    s.valid_from,
    s.valid_to,
    r.municipality_code,
    r.recipient_code,
    b.block_code,
    case
        when s.peers = 'municipalities' then r.municipality_code
        when s.peers in ('blocks', 'branches') then b.block_code
        else r.recipient_code
    end as unit_code,
    case
        when s.peers = 'municipalities' then 'municipalities'
        when s.peers = 'blocks' then r.municipality_code
        when s.peers = 'branches' then b.branch_code
        else r.municipality_code || ' ' || r.group_code
    end as peers_key
from schemes as s
inner join rated as r
    on
        coalesce(s.municipality_code, r.municipality_code) = r.municipality_code
        and (s.peers != 'settlements' or r.group_code = 'settlements')
left join blocks as b on s.peers in ('blocks', 'branches') and r.municipality_code = b.municipality_code
