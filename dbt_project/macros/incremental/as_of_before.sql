{# The instant of the last finished run: days between it and this run's are counted anew. #}
{% macro as_of_before() -%}
    '{{ env_var('MCU_AS_OF_BEFORE', '2000-01-01T00:00:00+00:00') }}'::timestamptz
{%- endmacro %}
