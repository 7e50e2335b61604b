-- Grain: one item of which this run may say something else than the last one: the touched ones, those whose repeats are
-- told otherwise, and those that they repeat now or repeated (an item that came back changes what its first answer was
-- worth). Of an asker's other items nothing changes when one more comes. Empty in a full run. Reads the facts as the
-- last run left them.
{{ config(tags=['each_run'], indexes=[{'columns': ['feedback_key'], 'unique': true}]) }}
-- depends_on: {{ ref('int_touched') }}
-- depends_on: {{ ref('int_affected') }}
-- depends_on: {{ ref('int_repeats') }}

{%- set before = earlier('marts', 'fct_feedback') %}

{% if before and not is_full() -%}
with told as (
    select
        a.feedback_key,
        r.repeat_of_key,
        b.repeat_of_key as repeat_of_key_before
    from {{ ref('int_affected') }} as a
    -- what is no item any more has no repeats, and what it repeated has not come back
    left join {{ ref('int_repeats') }} as r on a.feedback_key = r.feedback_key
    left join {{ before }} as b on a.feedback_key = b.feedback_key
    where
        (r.is_repeat, r.repeat_of_key, r.is_duplicate, r.duplicate_of_key)
        is distinct from (b.is_repeat, b.repeat_of_key, b.is_duplicate, b.duplicate_of_key)
)

select feedback_key from {{ ref('int_touched') }}
union
select feedback_key from told
union
select repeat_of_key
from told
where repeat_of_key is not null
union
select repeat_of_key_before
from told
where repeat_of_key_before is not null
{%- else -%}
select feedback_key
from {{ ref('int_affected') }}
where not {{ is_full() }}
{%- endif %}
