{#
    True if this run rebuilds everything (then nothing is "touched"): a full run was asked for, or none has finished
    yet.
#}
{% macro is_full() -%}
    {{ return(flags.FULL_REFRESH or not earlier('marts', 'dim_as_of')) }}
{%- endmacro %}
