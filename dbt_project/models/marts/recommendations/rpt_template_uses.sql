-- Grain: template of answers × municipality that has used it.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run']
) }}

with uses as (
    select * from {{ ref('int_template_uses') }}
),

feedback as (
    select * from {{ ref('fct_feedback') }}
),

dated as (
    select
        u.template_code,
        f.municipality_code,
        f.mark,
        coalesce(f.final_reply_at, f.closed_at) as answered_at
    from uses as u
    inner join feedback as f on u.feedback_key = f.feedback_key
    where f.municipality_code != 'unknown'
)

select
    template_code,
    municipality_code,
    count(*)::integer as uses_count,
    (count(*) filter (
        where answered_at > {{ as_of() }} - interval '{{ var("flow").days }} days'
    ))::integer as recent_count,
    count(mark)::integer as marks_count,
    (count(*) filter (where mark >= 4))::integer as good_count
from dated
where answered_at <= {{ as_of() }}
group by template_code, municipality_code
