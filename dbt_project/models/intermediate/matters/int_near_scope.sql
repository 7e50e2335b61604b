-- Grain: one item whose pairs may change in this run: the touched ones, and those close behind them. Empty in a full
-- run.
{{ config(tags=['each_run'], indexes=[{'columns': ['feedback_key'], 'unique': true}]) }}

{% if is_full() -%}
-- depends_on: {{ ref('int_near_before') }}
-- depends_on: {{ ref('int_near_keys') }}
select feedback_key
from {{ ref('int_touched') }}
where false
{%- else -%}
select feedback_key from {{ ref('int_touched') }}
union
select feedback_key from {{ ref('int_near_before') }}
union
{{ close_behind(ref('int_near_keys'), ref('int_touched')) }}
{%- endif %}
