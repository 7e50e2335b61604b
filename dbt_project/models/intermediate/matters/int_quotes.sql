-- Grain: item × record of another source whose number it quotes, whether or not that record has come.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_touched', 'key': 'feedback_key'},
    tags=['each_run'],
    indexes=[{'columns': ['feedback_key']}, {'columns': ['quoted_key']}]
) }}

with marks as (
    select * from {{ ref('int_text_marks') }}
)

select
    m.feedback_key,
    md5(q.number)::uuid as quoted_key
from marks as m
cross join lateral unnest(m.quoted) as q (number)
where {{ only('m.feedback_key', ref('int_touched'), 'feedback_key') }}
