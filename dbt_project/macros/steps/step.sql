{#
    Materialization `step`: our own Python turns the rows of the model's SQL into the rows of its table
    (`mcu.warehouse.step`); they replace what `meta.replace` names, as with the incremental strategy `replace`.

    meta: {step: texts.marks, columns: {feedback_key: uuid, …}, replace: int_touched, key: feedback_key}
#}
{% materialization step, adapter='postgres' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set rows = api.Relation.create(this.database, this.schema, this.identifier ~ '__rows', type='table') -%}
    {%- set is_new = existing is none or should_full_refresh() -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {% call statement('main', language='python') %}{{ sql }}{% endcall %}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% if is_new -%}
        {% do drop_relation_if_exists(existing) %}
        {% do run_query('alter table ' ~ rows ~ ' rename to ' ~ adapter.quote(this.identifier)) %}
        {% do create_indexes(target) %}
    {%- else -%}
        {% do run_query(get_incremental_replace_sql({
            'target_relation': target,
            'temp_relation': rows,
            'dest_columns': adapter.get_columns_in_relation(target),
        })) %}
        {% do run_query('drop table ' ~ rows) %}
    {%- endif %}

    {% do persist_docs(target, model) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do adapter.commit() %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}
