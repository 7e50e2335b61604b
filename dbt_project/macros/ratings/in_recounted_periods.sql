{# Condition on the rows of the rating's periods that this run counts anew: all of them in a full run. #}
{% macro in_recounted_periods(key) -%}
    {%- set periods = ref('int_recount_periods') -%}
    {%- if is_full() -%}
        true
    {%- else -%}
        {{ key }} in (select period_key from {{ periods }})
    {%- endif -%}
{%- endmacro %}
