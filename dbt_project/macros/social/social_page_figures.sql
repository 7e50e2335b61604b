{#
    Grain: page × local day: what it published that day, as last seen, and its readers where they were counted that
    day.
#}
{% macro social_page_figures(slug) -%}
with versions as (
    {{ latest_versions(slug) }}
),

figures as (
    select
        v.payload ->> 'page' as page_ref,
        v.payload ->> 'municipality' as municipality_ref,
        v.load_id,
        v.payload ->> 'kind' = 'post' as is_post,
        case
            when v.payload ->> 'kind' = 'page' then {{ local_day("v.payload ->> 'at'") }}
            else {{ local_date(instant("v.payload ->> 'at'"), "coalesce(m.time_zone, '" ~ var('time_zone') ~ "')") }}
        end as figure_on,
        {%- for figure in ['members', 'views', 'likes', 'comments', 'reposts'] %}
        case
            when pg_input_is_valid(v.payload -> 'figures' ->> '{{ figure }}', 'bigint')
                then (v.payload -> 'figures' ->> '{{ figure }}')::bigint
        end as {{ figure }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from versions as v
    left join {{ ref('municipality_map') }} as r
        on r.source_slug = '{{ slug }}' and v.payload ->> 'municipality' = r.municipality_ref
    left join {{ ref('municipalities') }} as m
        on coalesce(r.municipality_code, v.payload ->> 'municipality') = m.municipality_code
    where
        v.payload ->> 'is_official' = 'true'
        and v.payload ->> 'kind' in ('post', 'page')
)

select
    '{{ slug }}' as source_slug,
    page_ref,
    min(municipality_ref) as municipality_ref,
    figure_on,
    max(members) as members_count,
    count(*) filter (where is_post) as posts_count,
    coalesce(sum(views), 0)::bigint as views_count,
    coalesce(sum(likes), 0)::bigint as likes_count,
    coalesce(sum(comments), 0)::bigint as comments_count,
    coalesce(sum(reposts), 0)::bigint as reposts_count,
    max(load_id) as load_id
from figures
where figure_on is not null
group by page_ref, figure_on
{%- endmacro %}
