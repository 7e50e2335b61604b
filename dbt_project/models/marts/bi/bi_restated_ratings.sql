-- Grain: change of definitions × scheme × past period × recipient, block or municipality whose score or place it moved,
-- in the words that people read.
with schemes as (
    select distinct on (scheme_code)
        scheme_code,
        title
    from {{ ref('rating_schemes') }}
    order by scheme_code, valid_from desc
)

select
    o.restated_at,
    case o.period
        when 'week' then 'неделя'
        when 'month' then 'месяц'
        when 'quarter' then 'квартал'
        else 'год'
    end as period_kind,
    o.period_start,
    m.short_title as municipality,
    s.title as scheme,
    coalesce(r.title, b.title, u.short_title) as unit,
    o.items_before,
    trunc(o.score_before, 1) as score_before,
    o.rank_before,
    o.peers_before,
    o.items_after,
    trunc(o.score_after, 1) as score_after,
    o.rank_after,
    o.peers_after,
    o.cause
from {{ source('ops', 'restated_ratings') }} as o
left join {{ ref('dim_municipality') }} as m on o.municipality_code = m.municipality_code
left join schemes as s on o.scheme_code = s.scheme_code
-- under the name of the period's last day
left join {{ ref('dim_recipient_name') }} as r
    on
        o.unit_code = r.recipient_code
        and {{ in_force('r', next_period('o.period', 'o.period_start') ~ ' - 1') }}
left join {{ ref('dim_sector_block') }} as b on o.unit_code = b.block_code
left join {{ ref('dim_municipality') }} as u on o.unit_code = u.municipality_code
where {{ visible_rows('o.municipality_code') }}
