{# The local date of an instant. #}
{% macro local_date(moment, zone) -%}
    (({{ moment }}) at time zone {{ zone }})::date
{%- endmacro %}
