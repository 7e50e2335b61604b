-- Grain: one question of an appeal.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_touched', 'key': 'feedback_key'},
    tags=['each_run'],
    indexes=[{'columns': ['feedback_key', 'question_no'], 'unique': true}]
) }}

with questions as (
    {% for slug, relations in var('feedback_sources').items() if 'questions' in relations -%}
    select
        source_slug,
        record_ref,
        question_no,
        classifier_code,
        result_code,
        result_on
    from {{ touched_rows(slug, ref('stg_' ~ slug ~ '__questions')) }} as {{ slug }}
    union all
    {% endfor -%}
    select
        null as source_slug,
        null as record_ref,
        null::integer as question_no,
        null as classifier_code,
        null as result_code,
        null::date as result_on
    where false
)

select
    md5(source_slug || ':' || record_ref)::uuid as feedback_key,
    question_no,
    classifier_code,
    result_code,
    result_on
from questions
