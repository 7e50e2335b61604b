-- Grain: one item that stood close behind a touched one under a key, before this run. Empty in a full run.
{{ config(tags=['each_run']) }}
-- depends_on: {{ ref('int_touched') }}

{%- set before = earlier('intermediate', 'int_near_keys') %}

{% if before and not is_full() -%}
    {{ close_behind(before, ref('int_touched')) }}
{%- else -%}
    select null::uuid as feedback_key
    where false
{%- endif %}
