-- Grain: one shape of the map: the outline of a municipality, of a neighbour without figures, or a place. `drawing` is
-- its part of the picture, in units of Mercator's projection (plugins/mcu/boundaries/outline.py); sizes are in em,
-- whose size the measure of the picture gives. A neighbour has no frame: the picture is that of ours. Boundaries only
-- of the regions in which the person sees something.
with parts as (
    select *
    from {{ ref('rpt_map_places') }}
    where municipality_code != 'unknown' and {{ visible_rows('municipality_code') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
),

places as (
    select
        *,
        longitude * 1000 as x,
        -degrees(asinh(tan(radians(latitude)))) * 1000 as y,
        row_number() over (partition by municipality_code order by latitude is null, open_count desc, place) as size_no
    from parts
),

wholes as (
    select
        municipality_code,
        sum(open_count)::integer as open_count,
        sum(overdue_count)::integer as overdue_count,
        sum(areas_count)::integer as areas_count
    from parts
    group by municipality_code
),

frames as (
    select
        municipality_code,
        min(x) as x_min,
        min(y) as y_min,
        max(x) as x_max,
        max(y) as y_max
    from places
    group by municipality_code
),

shapes as (
    select
        b.region,
        m.short_title as municipality,
        case when w.municipality_code is null then 'Сосед' else 'Муниципалитет' end as kind,
        coalesce(m.short_title, b.name) as title,
        w.open_count,
        w.overdue_count,
        w.areas_count,
        null::integer as located_count,
        case when w.municipality_code is null then 1 else 2 end as layer,
        b.outline,
        null::bigint as size_no,
        (b.x_min + b.x_max) / 2 as x,
        b.y_min as y,
        case when w.municipality_code is not null then b.x_min end as x_min,
        case when w.municipality_code is not null then b.y_min end as y_min,
        case when w.municipality_code is not null then b.x_max end as x_max,
        case when w.municipality_code is not null then b.y_max end as y_max
    from {{ source('ops', 'boundaries') }} as b
    left join wholes as w on b.municipality_code = w.municipality_code
    left join municipalities as m on w.municipality_code = m.municipality_code
    where
        b.region in (
            select seen.region
            from wholes as one
            inner join municipalities as seen on one.municipality_code = seen.municipality_code
        )
    union all
    -- without a boundary: the name and figure stand above its places
    select
        m.region,
        m.short_title as municipality,
        'Муниципалитет' as kind,
        m.short_title as title,
        w.open_count,
        w.overdue_count,
        w.areas_count,
        null as located_count,
        2 as layer,
        null as outline,
        null as size_no,
        (f.x_min + f.x_max) / 2 as x,
        f.y_min as y,
        f.x_min,
        f.y_min,
        f.x_max,
        f.y_max
    from wholes as w
    inner join frames as f on w.municipality_code = f.municipality_code
    inner join municipalities as m on w.municipality_code = m.municipality_code
    where w.municipality_code not in (
        select b.municipality_code from {{ source('ops', 'boundaries') }} as b where b.municipality_code is not null
    )
    union all
    select
        m.region,
        m.short_title as municipality,
        'Место' as kind,
        coalesce(nullif(p.place, ''), 'Место не указано') as title,
        p.open_count,
        p.overdue_count,
        p.areas_count,
        p.located_count,
        3 as layer,
        null as outline,
        p.size_no,
        p.x,
        p.y,
        p.x as x_min,
        p.y as y_min,
        p.x as x_max,
        p.y as y_max
    from places as p
    inner join municipalities as m on p.municipality_code = m.municipality_code
),

worded as (
    select
        *,
        -- Characters that XML forbids go here and not in landing, which stores what came: one of them in a name would
        -- make the picture of the whole region unreadable. Half characters cannot stand in the database.
        regexp_replace(
            replace(replace(replace(title, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'),
            '[\u0001-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]', '', 'g'
        ) as safe_title,
        case
            when open_count > 0
                then
                    'просрочено ' || overdue_count || ' из ' || open_count || ' ('
                    || {{ percent_ru('overdue_count::numeric / open_count') }} || ')'
            else 'открытых нет'
        end as figure
    from shapes
)

select
    region,
    municipality,
    kind,
    title,
    open_count,
    overdue_count,
    case when open_count > 0 then round(overdue_count::numeric / open_count, 6) end as overdue_share,
    areas_count,
    located_count,
    layer,
    x_min,
    y_min,
    x_max,
    y_max,
    case
        when kind = 'Сосед' then '<path class="neighbour" d="' || outline || '"/>'
        when kind = 'Муниципалитет'
            then
                '<path class="own" d="' || outline || '"/><path class="share" fill-opacity="'
                || round(coalesce(overdue_count::numeric / nullif(open_count, 0), 0) * 0.8, 3) || '" d="' || outline
                || '"/>'
        when x is not null and open_count + areas_count > 0
            then
                '<path class="place' || case when areas_count > 0 then ' area' else '' end || '" style="stroke-width:'
                || round(least(2.4, 0.5 + 0.14 * sqrt(open_count))::numeric, 2) || 'em" d="M' || round(x::numeric, 1)
                || ' ' || round(y::numeric, 1) || 'h0"/>'
    end as drawing,
    case
        when kind = 'Муниципалитет'
            then
                '<text class="title" x="' || round(x::numeric, 1) || '" y="' || round(y::numeric, 1)
                || '" dy="' || case when outline is null then '-2.8em' else '-1.5em' end || '">' || safe_title
                || '</text><text x="' || round(x::numeric, 1) || '" y="'
                || round(y::numeric, 1) || '" dy="' || case when outline is null then '-1.9em' else '-.4em' end || '">'
                || figure || '</text>'
        when kind = 'Место' and x is not null and size_no <= {{ var('map').named_places }}
            then
                '<text class="small" x="' || round(x::numeric, 1) || '" y="' || round(y::numeric, 1)
                || '" dy="-.9em">' || safe_title || ' ' || open_count
                || case when areas_count > 0 then ' ▲' else '' end || '</text>'
    end as label
from worded
