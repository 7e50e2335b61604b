{# Condition on the rows of the months that this run counts anew: all of them in a full run. #}
{% macro in_recounted_months(day) -%}
    {%- set months = ref('int_recount_months') -%}
    {%- if is_full() -%}
        true
    {%- else -%}
        -- the first month alone says of most rows that they are too old, and an index finds the others
        {{ day }} >= (select min(period_month) from {{ months }})
        and date_trunc('month', ({{ day }})::timestamp)::date in (select period_month from {{ months }})
    {%- endif -%}
{%- endmacro %}
