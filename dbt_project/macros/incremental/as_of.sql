{# The instant the figures are true for. The clock is never read: without the instant the build fails. #}
{% macro as_of() -%}
    {%- set moment = env_var('MCU_RUN_AS_OF', '') -%}
    {%- if execute and not moment -%}
        {{ exceptions.raise_compiler_error("as_of is not given: run the transformation by `mcu marts build`") }}
    {%- endif -%}
    '{{ moment or "1970-01-01T00:00:00+00:00" }}'::timestamptz
{%- endmacro %}
