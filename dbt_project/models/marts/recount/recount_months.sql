-- Grain: the first day of a month whose figures this run counts anew: the months of the recounted days, and those by
-- which the first month of the indicators has moved. Empty in a full run.
{{ config(schema='intermediate', tags=['each_run']) }}

{%- set values = earlier('marts', 'fct_indicator_values') %}

select date_trunc('month', date_on)::date as period_month
from {{ ref('recount_days') }}
{% if values and not is_full() -%}
union
select m::date
from (
    select
        {{ first_month() }} as now_first,
        (select min(period_month) from {{ values }} where municipality_code != 'unknown') as before_first
) as f
cross join lateral generate_series(
    least(f.now_first, f.before_first)::timestamp, greatest(f.now_first, f.before_first)::timestamp, '1 month'
) as m
{%- else -%}
group by 1
{%- endif %}
-- depends_on: {{ ref('fct_feedback') }}
