-- Grain: official page × day on which it posted something.
select
    s.title as page_network,
    p.page_ref,
    m.short_title as municipality,
    p.figure_on,
    p.members_count,
    p.posts_count,
    p.views_count,
    p.likes_count,
    p.comments_count,
    p.reposts_count
from {{ ref('fct_page_figures') }} as p
inner join {{ ref('dim_municipality') }} as m on p.municipality_code = m.municipality_code
inner join {{ ref('dim_source') }} as s on p.source_slug = s.source_slug
where {{ visible_rows('p.municipality_code') }}
