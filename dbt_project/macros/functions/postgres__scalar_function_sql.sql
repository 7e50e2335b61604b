{#
    A function with a parsed body: it finds its tables by their identity, as views do, and so stays with its copy when
    the names are swapped. dbt's own text body would look them up by name.
#}
{% macro postgres__scalar_function_sql(target_relation) %}
    create or replace function {{ target_relation.render() }} ({{ formatted_scalar_function_args_sql() }})
    returns {{ model.returns.data_type }}
    language sql
    {{ scalar_function_volatility_sql() }}
    begin atomic
        {{ model.compiled_code }};
    end;
{% endmacro %}
