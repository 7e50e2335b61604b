{# The window of a run: which loads it sees, which instant it is true for. #}

{# The instant the figures are true for. Refuses to guess: the clock is never read. #}
{% macro as_of() -%}
    {%- if execute and not var('as_of') -%}
        {{ exceptions.raise_compiler_error("Variable as_of is not set: run the transformation by `mcu transform`.") }}
    {%- endif -%}
    '{{ var("as_of") or "1970-01-01T00:00:00+00:00" }}'::timestamptz
{%- endmacro %}

{# Whether this run rebuilds everything (then nothing is "touched"): asked for, or never finished before. #}
{% macro is_full() -%}
    {{ return(flags.FULL_REFRESH or not earlier('marts', 'as_of')) }}
{%- endmacro %}

{# A relation of an earlier run, read before this run replaces it, and therefore without ref(). #}
{% macro earlier(schema, identifier) -%}
    {{ return(adapter.get_relation(database=target.database, schema=schema, identifier=identifier) if execute else none) }}
{%- endmacro %}

{#
    The rows of a staging relation that a run reads: of the touched records, each found through the index of raw,
    or all of them in a full run. `offset 0` keeps the sub-select whole, so that PostgreSQL pushes
    `record_ref = …` down through the view's DISTINCT ON and the work grows with what changed.
#}
{% macro touched_rows(slug, relation) -%}
    {%- set touched = ref('int_touched') -%}
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

{# `where column in (…)` for the rows of an incremental run; nothing in a full one. #}
{% macro only(column, keys, key) -%}
    {%- if is_incremental() -%} {{ column }} in (select {{ key }} from {{ keys }}) {%- else -%} true {%- endif -%}
{%- endmacro %}

{# Condition on the rows of the months that this run counts anew: all of them in a full run. #}
{% macro in_recounted_months(day) -%}
    {%- set months = ref('recount_months') -%}
    {%- if is_full() -%} true {%- else -%} date_trunc('month', {{ day }})::date in (select period_month from {{ months }}) {%- endif -%}
{%- endmacro %}
