{# The time zone of a municipality as the source writes it; the installation's zone where no map knows it. #}
{% macro zone_of(slug, municipality_ref) -%}
    coalesce(
        (
            select m.time_zone
            from {{ ref('municipality_map') }} as r
            inner join {{ ref('municipalities') }} as m on r.municipality_code = m.municipality_code
            where
                r.source_slug in ('*', '{{ slug }}')
                and r.municipality_ref = btrim({{ municipality_ref }})
            order by r.source_slug = '*'
            limit 1
        ),
        '{{ var("time_zone") }}'
    )
{%- endmacro %}
