{#
    dbt builds the next copy of each schema; publishing swaps it with the one that people read (mcu.warehouse.copies).
    The name is constant: a variable that changes would make dbt parse the whole project again.
#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}_next
{%- endmacro %}
