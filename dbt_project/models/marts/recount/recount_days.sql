-- Grain: one local day whose figures this run counts anew: the days of changed items as they were and as they are, and
-- the days between the instant of the last run and this one's. Empty in a full run.
{{ config(schema='intermediate', tags=['each_run'], indexes=[{'columns': ['date_on'], 'unique': true}]) }}

with days as (
    select date_on from {{ ref('recount_days_before') }}
    union
    {{ days_of_items(ref('fct_feedback'), ref('fct_feedback_events'), ref('fct_deadlines'), ref('int_affected')) }}
    union
    select d::date
    from generate_series(
        date_trunc('day', least({{ as_of_before() }}, {{ as_of() }}) - interval '1 day'),
        date_trunc('day', greatest({{ as_of_before() }}, {{ as_of() }}) + interval '1 day'),
        '1 day'
    ) as d
)

select date_on
from days
where not {{ is_full() }}
