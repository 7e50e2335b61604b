{# The number (ops.loads.accept_no) of the last load that this run may see. #}
{% macro accepted_upto() -%} {{ env_var('MCU_ACCEPTED_UPTO', '9223372036854775807') | int }} {%- endmacro %}
