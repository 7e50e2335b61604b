{#
    The window of a run: which loads it sees, which instant it is true for. It comes by environment variables and not
    by `--vars`, because dbt parses the whole project anew when a variable changes.
#}

{# The number of the last load that a finished run has seen, and that this run may see (ops.loads.accept_no). #}
{% macro accepted_from() -%} {{ env_var('MCU_ACCEPTED_FROM', '0') | int }} {%- endmacro %}
{% macro accepted_upto() -%} {{ env_var('MCU_ACCEPTED_UPTO', '9223372036854775807') | int }} {%- endmacro %}

{# The instant of the last finished run: days between it and this run's are counted anew. #}
{% macro as_of_before() -%} '{{ env_var('MCU_AS_OF_BEFORE', '2000-01-01T00:00:00+00:00') }}'::timestamptz {%- endmacro %}

{# The instant the figures are true for. Refuses to guess: the clock is never read. #}
{% macro as_of() -%}
    {%- set moment = env_var('MCU_RUN_AS_OF', '') -%}
    {%- if execute and not moment -%}
        {{ exceptions.raise_compiler_error("as_of is not given: run the transformation by `mcu marts build`") }}
    {%- endif -%}
    '{{ moment or "1970-01-01T00:00:00+00:00" }}'::timestamptz
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
