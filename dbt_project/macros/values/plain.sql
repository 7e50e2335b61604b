{# Text for comparison: small letters; full-width digits, no-break blanks and the like are ordinary ones. #}
{% macro plain(text) -%}
    lower(normalize({{ text }}, nfkc))
{%- endmacro %}
