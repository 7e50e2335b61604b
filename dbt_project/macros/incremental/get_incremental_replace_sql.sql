{#
    Incremental strategy `replace`: what `meta.replace` names is deleted whether or not the run has new rows for it
    (a key whose rows all vanished must lose them too), then the run's rows are inserted, in one transaction.

    meta: {replace: all}                                 every row
    meta: {replace: int_touched, key: feedback_key}      rows whose key stands in that relation of `intermediate`
#}
{% macro get_incremental_replace_sql(arg_dict) %}
    {%- set target = arg_dict['target_relation'] -%}
    {%- set meta = config.get('meta') or {} -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    {%- if not meta.get('replace') -%}
        {{ exceptions.raise_compiler_error("replace: meta.replace is not set for " ~ target) }}
    {%- endif -%}

    {% if meta['replace'] == 'all' -%}
    {#-
        Deleted rows would stay until a vacuum, run after run. Who still reads the next copy began before the last swap,
        and is waited for.
    -#}
    truncate {{ target }};
    {%- else -%}
    {%- set keys = api.Relation.create(
        target.database, generate_schema_name('intermediate', none) | trim, meta['replace']
    ) -%}
    delete from {{ target }} as t
    using (select distinct {{ meta['key'] }} from {{ keys }}) as k
    where t.{{ meta['key'] }} = k.{{ meta['key'] }};
    {%- endif %}

    insert into {{ target }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }};
{% endmacro %}
