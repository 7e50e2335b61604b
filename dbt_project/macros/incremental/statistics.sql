{#
    The planner's statistics of a newly built relation. An incremental run changes little: autovacuum looks after
    that.
#}
{% macro statistics() -%}
    {%- if is_full() or model.config.materialized == 'table' -%} analyze {{ this }} {%- endif -%}
{%- endmacro %}
