-- Grain: one row, the instant that the marts are true for. Built after the facts, replaced in place.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run']
) }}
-- depends_on: {{ ref('fct_feedback') }}
-- depends_on: {{ ref('fct_deadlines') }}
-- depends_on: {{ ref('fct_flows') }}

select {{ as_of() }} as as_of
