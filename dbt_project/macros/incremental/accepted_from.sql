{# The number (ops.loads.accept_no) of the last load that the last finished run has seen. #}
{% macro accepted_from() -%} {{ env_var('MCU_ACCEPTED_FROM', '0') | int }} {%- endmacro %}
