{# `where column in (…)` for the rows of an incremental run; nothing in a full one. #}
{% macro only(column, keys, key) -%}
    {%- if is_incremental() -%} {{ column }} in (select {{ key }} from {{ keys }}) {%- else -%} true {%- endif -%}
{%- endmacro %}
