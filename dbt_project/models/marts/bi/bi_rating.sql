-- Grain: month × municipality × recipient × scheme, in the words that people read.
select
    g.period_month,
    m.short_title as municipality,
    r.title as recipient,
    g.items_count,
    g.on_time_share,
    g.satisfaction_share,
    g.completeness_share,
    g.median_days,
    g.score,
    g.rank,
    g.is_rated
from {{ ref('fct_ratings') }} as g
inner join {{ ref('dim_municipality') }} as m on g.municipality_code = m.municipality_code
inner join {{ ref('dim_recipient') }} as r on g.recipient_code = r.recipient_code
