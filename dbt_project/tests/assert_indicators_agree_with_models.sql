-- The catalogue (seeds/indicators.csv) and the SQL of indicators (ind_<code>) name the same codes, and the fact holds
-- each of them.
{%- set models = [] -%}
{%- for node in graph.nodes.values() if node.resource_type == 'model' and node.name.startswith('ind_') -%}
    {%- do models.append(node.name[4:]) -%}
{%- endfor %}

with made as (
    select code
    from unnest(
        array[{% for code in models %}'{{ code }}'{% if not loop.last %}, {% endif %}{% endfor %}]::text[]
    ) as m (code)
),

-- of municipalities that no map knows only those indicators are shown that have something to count
held as (
    select distinct indicator_code as code from {{ ref('fct_indicator_values') }}
    where municipality_code != 'unknown'
)

select
    coalesce(c.indicator_code, m.code) as code,
    c.indicator_code is not null as in_catalogue,
    m.code is not null as in_models
from {{ ref('indicators') }} as c
full join made as m on c.indicator_code = m.code
left join held as h on c.indicator_code = h.code
where
    c.indicator_code is null
    or m.code is null
    or (h.code is null and exists (select 1 from held))
