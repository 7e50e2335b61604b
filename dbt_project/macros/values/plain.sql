{# Text for comparison: small letters; full-width digits, no-break blanks and the like are ordinary ones. #}
{% macro plain(text) -%}
    lower(case when {{ text }} is nfkc normalized then {{ text }} else normalize({{ text }}, nfkc) end)
{%- endmacro %}
