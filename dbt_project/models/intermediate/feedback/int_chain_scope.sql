-- Grain: one item whose chain of messages about one problem may change in this run: the altered items and all of the
-- chains that they stood in, or that they now continue. Empty in a full run.
{{ config(tags=['each_run'], indexes=[{'columns': ['feedback_key'], 'unique': true}]) }}

{%- set before = earlier('intermediate', 'int_chains') %}

{% if before and not is_full() -%}
with moved as (
    select feedback_key from {{ ref('int_altered') }}
    union
    select coalesce(l.repeat_of_key, l.duplicate_of_key)
    from {{ ref('int_repeats') }} as l
    inner join {{ ref('int_altered') }} as a on l.feedback_key = a.feedback_key
    where coalesce(l.repeat_of_key, l.duplicate_of_key) is not null
    union
    -- what an altered item is continued by: its time may have changed, and with it whether the link counts
    select l.feedback_key
    from {{ ref('int_repeats') }} as l
    inner join {{ ref('int_altered') }} as a on l.repeat_of_key = a.feedback_key
    union
    select l.feedback_key
    from {{ ref('int_repeats') }} as l
    inner join {{ ref('int_altered') }} as a on l.duplicate_of_key = a.feedback_key
)

select feedback_key from moved
union
select b.feedback_key
from {{ before }} as b
where b.root_key in (
    select c.root_key
    from {{ before }} as c
    inner join moved as m on c.feedback_key = m.feedback_key
)
{%- else -%}
-- depends_on: {{ ref('int_repeats') }}
select feedback_key
from {{ ref('int_altered') }}
where false
{%- endif %}
