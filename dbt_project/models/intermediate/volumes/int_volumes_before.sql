-- Grain: one row of int_daily_volumes of the recounted days, as the last run left it. Empty in a full run.
{{ config(tags=['each_run']) }}
-- depends_on: {{ ref('int_recount_days') }}

{%- set volumes = earlier('intermediate', 'int_daily_volumes') %}

{% if volumes and not is_full() -%}
select v.*
from {{ volumes }} as v
inner join {{ ref('int_recount_days') }} as d on v.date_on = d.date_on
{%- else -%}
select null::date as date_on
where false
{%- endif %}
