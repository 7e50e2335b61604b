-- Grain: one source. How many accepted records raw and the marts have, and how many only one of them has.
{{ config(tags=['each_run']) }}

with accepted_loads as not materialized (
    select * from {{ ref('stg_ops__accepted_loads') }}
),

feedback as not materialized (
    select * from {{ ref('fct_feedback') }}
),

deadlines as not materialized (
    select * from {{ ref('fct_deadlines') }}
),

accepted as (
    {% for slug, relations in every_source().items() -%}
    select distinct
        '{{ slug }}' as source_slug,
        v.record_ref
    from {{ source('raw', slug) }} as v
    inner join accepted_loads as l on v.load_id = l.load_id
    {% if 'others' in relations -%}
    -- what staging says is no message
    where v.record_ref not in (select o.record_ref from {{ ref('stg_' ~ slug ~ '__others') }} as o)
    {% endif -%}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

facts as (
    select
        source_slug,
        record_ref
    from feedback
    {% for relation, mart in var('relation_marts').items() if relation != 'items' and slugs_with(relation) -%}
    union all
    select distinct
        o.source_slug,
        o.record_ref
    from {{ ref(mart) }} as o
    {% endfor %}
),

compared as (
    select
        coalesce(a.source_slug, f.source_slug) as source_slug,
        count(a.record_ref) as raw_records,
        count(f.record_ref) as in_feedback,
        count(*) filter (where f.record_ref is null) as missing,
        count(*) filter (where a.record_ref is null) as extra
    from accepted as a
    full join facts as f on a.source_slug = f.source_slug and a.record_ref = f.record_ref
    group by 1
),

with_deadlines as (
    select
        f.source_slug,
        count(*) as with_deadline
    from feedback as f
    where f.feedback_key in (select d.feedback_key from deadlines as d)
    group by f.source_slug
)

select
    s.source_slug,
    coalesce(c.raw_records, 0) as raw_records,
    coalesce(c.in_feedback, 0) as in_feedback,
    coalesce(c.missing, 0) as missing,
    coalesce(c.extra, 0) as extra,
    coalesce(t.with_deadline, 0) as with_deadline
from (
    values {% for slug in every_source() %}('{{ slug }}'){% if not loop.last %}, {% endif %}{% endfor %}
) as s (source_slug)
left join compared as c on s.source_slug = c.source_slug
left join with_deadlines as t on s.source_slug = t.source_slug
