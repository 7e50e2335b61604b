-- Each staging model of each source has exactly the columns of contract.yml, with their types.
{{ config(store_failures=true, schema='intermediate') }}
{%- set names = [] -%}
{%- for slug, relations in every_source().items() -%}
    {%- for relation in relations -%}
        {%- do names.append(ref('stg_' ~ slug ~ '__' ~ relation).name) -%}
    {%- endfor -%}
{%- endfor -%}
{%- set expected = [] -%}
{%- for node in graph.nodes.values() if node.name in names -%}
    {%- for column in node.columns.values() -%}
        {%- do expected.append("('" ~ node.name ~ "', '" ~ column.name ~ "', '" ~ column.data_type ~ "')") -%}
    {%- endfor -%}
{%- endfor %}

with expected as (
    select
        model,
        column_name,
        data_type::regtype as data_type
    from (
        values {{ expected | join(', ') or "('none', 'none', 'text')" }}
    ) as v (model, column_name, data_type)
),

built as (
    select
        c.relname::text as model,
        a.attname::text as column_name,
        a.atttypid::regtype as data_type
    from pg_catalog.pg_class as c
    inner join pg_catalog.pg_attribute as a on c.oid = a.attrelid and a.attnum > 0 and not a.attisdropped
    where
        c.relnamespace = '{{ generate_schema_name(none, none) | trim }}'::regnamespace
        and c.relname in (select model from expected)
)

select
    model,
    column_name,
    e.data_type as expected_type,
    b.data_type as built_type
from expected as e
full join built as b using (model, column_name)
where e.data_type is distinct from b.data_type
