-- Grain: one row, the topic model of this run: `words` before the first one was trained (rules of words then).
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, tags=['each_run'],
    post_hook='analyze {{ this }}'
) }}

select
    coalesce(
        (
            select version
            from {{ source('ops', 'topic_models') }}
            order by model_no desc
            limit 1
        ),
        'words'
    ) as version
