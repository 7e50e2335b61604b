-- Grain: one local day whose expectation this run counts anew: every day from the first one whose volume has changed,
-- since each later day looks back at it. Empty in a full run.
{{ config(tags=['each_run'], indexes=[{'columns': ['date_on'], 'unique': true}]) }}

with before as (
    select * from {{ ref('int_volumes_before') }}
),

recounted as (
    select v.*
    from {{ ref('int_daily_volumes') }} as v
    inner join {{ ref('int_recount_days') }} as d on v.date_on = d.date_on
),

changed as (
    {% if is_full() -%}
    select date_on from before
    {%- else -%}
    (
        select * from before
        except
        select * from recounted
    )
    union all
    (
        select * from recounted
        except
        select * from before
    )
    {%- endif %}
),

bounds as (
    select
        least(
            (select min(date_on) from changed),
            (least({{ as_of_before() }}, {{ as_of() }}) - interval '1 day')::date
        ) as first_on,
        (greatest({{ as_of_before() }}, {{ as_of() }}) + interval '1 day')::date as last_on
)

select d::date as date_on
from bounds
cross join generate_series(first_on::timestamp, last_on::timestamp, '1 day') as d
where not {{ is_full() }}
