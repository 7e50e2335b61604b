-- Grain: source × what no map knows. How many items it concerns.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run']
) }}

with feedback as (
    select * from {{ ref('fct_feedback') }}
),

unmatched as (
    select
        f.source_slug,
        u.subject
    from feedback as f
    cross join lateral (
        values
        ('municipality', f.municipality_code),
        ('topic', f.topic_code),
        ('recipient', f.recipient_code),
        ('channel', f.channel_code),
        ('status', f.status_code)
    ) as u (subject, code)
    where u.code = 'unknown'
),

items as (
    select
        source_slug,
        count(*) as items_count
    from feedback
    group by source_slug
)

select
    u.source_slug,
    u.subject,
    count(*)::integer as unmatched_count,
    i.items_count::integer as items_count
from unmatched as u
inner join items as i on u.source_slug = i.source_slug
group by u.source_slug, u.subject, i.items_count
