-- Grain: the first day of a month whose figures this run counts anew. Empty in a full run.
{{ config(schema='intermediate', tags=['each_run'], indexes=[{'columns': ['period_month'], 'unique': true}]) }}

select distinct date_trunc('month', date_on)::date as period_month
from {{ ref('recount_days') }}
