{# dbt's own question, asked of a step too: are only some rows of a relation that stands built anew? #}
{% macro is_incremental() -%}
    {%- if not execute -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set relation = adapter.get_relation(this.database, this.schema, this.table) -%}
    {{ return(
        relation is not none
        and relation.type == 'table'
        and model.config.materialized in ('incremental', 'step')
        and not should_full_refresh()
    ) }}
{%- endmacro %}
