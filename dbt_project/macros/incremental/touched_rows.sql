{#
    The rows of a staging relation that a run reads: of the touched records, or those of `keys` (source_slug,
    record_ref), each found through the index of raw, or all of them in a full run. `offset 0` keeps the sub-select
    whole, so that PostgreSQL pushes `record_ref = …` down into the view and the work grows with what changed.
#}
{% macro touched_rows(slug, relation, keys=none) -%}
    {%- set touched = keys or ref('int_touched') -%}
    {%- if is_incremental() -%}
        (
            select s.*
            from {{ touched }} as t
            cross join lateral (
                select * from {{ relation }} as s
                where s.record_ref = t.record_ref
                offset 0
            ) as s
            where t.source_slug = '{{ slug }}'
        )
    {%- else -%}
        {{ relation }}
    {%- endif -%}
{%- endmacro %}
