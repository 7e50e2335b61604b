-- Grain: one item whose row may change in this run: the touched ones, and every item of an asker (an author, or a
-- place) that a touched item has or had (a repeat is judged among the asker's items).
{{ config(tags=['each_run'], indexes=[{'columns': ['feedback_key'], 'unique': true}]) }}

{%- set before = earlier('intermediate', 'int_repeats') %}

with touched as (
    select feedback_key from {{ ref('int_touched') }}
),

askers as (
    select i.asker_key
    from {{ ref('int_feedback') }} as i
    inner join touched as t on i.feedback_key = t.feedback_key
    {% if before and not is_full() -%}
    union
    select b.asker_key
    from {{ before }} as b
    inner join touched as t on b.feedback_key = t.feedback_key
    {%- endif %}
)

select feedback_key from touched
union
select i.feedback_key
from {{ ref('int_feedback') }} as i
inner join askers as a on i.asker_key = a.asker_key
where not {{ is_full() }}
