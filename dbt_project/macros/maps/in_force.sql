{# True if a dated row of reference data is in force on `day`: from its first day up to, not with, its last. #}
{% macro in_force(row, day) -%}
    {{ row }}.valid_from <= {{ day }} and ({{ row }}.valid_to is null or {{ row }}.valid_to > {{ day }})
{%- endmacro %}
