-- Grain: one question of an appeal.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_touched', 'key': 'feedback_key'},
    on_schema_change='fail', tags=['each_run']
) }}

select
    feedback_key,
    question_no,
    classifier_code,
    result_code,
    result_on
from {{ ref('int_questions') }}
where {{ only('feedback_key', ref('int_touched'), 'feedback_key') }}
