-- Grain: one recommendation that people have decided on.
{{ config(materialized='view', post_hook=[]) }}

select * from {{ ref('stg_ops__recommendation_words') }}
