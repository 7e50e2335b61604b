-- Grain: one local day on which an item that this run may change counted before the run. Empty in a full run.
-- Reads the relations as the last run left them: the events and items of the marts, which this run replaces later.
{{ config(tags=['each_run']) }}
-- depends_on: {{ ref('int_affected') }}
-- depends_on: {{ ref('municipalities') }}

{%- set items = earlier('marts', 'fct_feedback') %}
{%- set events = earlier('marts', 'fct_feedback_events') %}
{%- set deadlines = earlier('intermediate', 'int_deadlines') %}

{% if items and events and deadlines and not is_full() -%}
    with keys as (
        select feedback_key from {{ ref('int_affected') }}
        union
        -- an item that came back changes what its first answer was worth
        select r.repeat_of_key
        from {{ items }} as r
        inner join {{ ref('int_affected') }} as a on r.feedback_key = a.feedback_key
        where r.repeat_of_key is not null
    )

    {{ days_of_items(items, events, deadlines, 'keys') }}
{%- else -%}
    select null::date as date_on
    where false
{%- endif %}
