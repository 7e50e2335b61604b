-- Grain: the first day of a month whose figures this run counts anew: the months of the recounted days, and those by
-- which the first month of the indicators has moved. Empty in a full run.
{{ config(tags=['each_run']) }}
-- depends_on: {{ ref('int_feedback') }}

{%- set values = earlier('marts', 'fct_indicator_values') %}

with days as (
    select * from {{ ref('int_recount_days') }}
)

select date_trunc('month', date_on)::date as period_month
from days
{% if values and not is_full() -%}
union
select m::date
from (
    select
        {{ first_month(ref('int_feedback')) }} as now_first,
        (select min(period_month) from {{ values }} where municipality_code != 'unknown') as before_first
) as f
cross join lateral generate_series(
    least(f.now_first, f.before_first)::timestamp, greatest(f.now_first, f.before_first)::timestamp, '1 month'
) as m
where f.now_first is distinct from f.before_first
{%- else -%}
group by 1
{%- endif %}
