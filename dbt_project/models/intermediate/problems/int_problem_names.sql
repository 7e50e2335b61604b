-- Grain: one item whose problem people have named, with the last name.
{{ config(tags=['each_run']) }}

select
    feedback_key,
    title,
    said_at
from {{ ref('stg_ops__problem_words') }}
where action = 'name'
