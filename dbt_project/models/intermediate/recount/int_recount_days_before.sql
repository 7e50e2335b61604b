-- Grain: one local day on which an item whose figures this run may change counted before the run. Empty in a full run.
-- Reads the relations as the last run left them: the events and items of the marts, which this run replaces later.
{{ config(tags=['each_run']) }}
-- depends_on: {{ ref('int_altered') }}
-- depends_on: {{ ref('municipalities') }}

{%- set items = earlier('marts', 'fct_feedback') %}
{%- set events = earlier('marts', 'fct_feedback_events') %}
{%- set deadlines = earlier('intermediate', 'int_deadlines') %}

{% if items and events and deadlines and not is_full() -%}
    {{ days_of_items(items, events, deadlines, ref('int_altered')) }}
{%- else -%}
    select null::date as date_on
    where false
{%- endif %}
