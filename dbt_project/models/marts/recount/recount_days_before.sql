-- Grain: one local day on which an item that this run may change counted before the run. Empty in a full run.
{{ config(schema='intermediate', tags=['each_run']) }}
-- depends_on: {{ ref('int_affected') }}
-- depends_on: {{ ref('dim_municipality') }}

{%- set facts = earlier('marts', 'fct_feedback') %}
{%- set events = earlier('marts', 'fct_feedback_events') %}
{%- set deadlines = earlier('marts', 'fct_deadlines') %}

{% if facts and events and deadlines and not is_full() -%}
    {{ days_of_items(facts, events, deadlines, ref('int_affected')) }}
{%- else -%}
    select null::date as date_on
    where false
{%- endif %}
