{# A number between 0 and 1, always the same for the same text: eight digits of its md5 from `place` on. #}
{% macro uniform(digest, place=1) -%}
    ((('x' || substr({{ digest }}, {{ place }}, 8))::bit(32)::bigint + 0.5::double precision) / 4294967296)
{%- endmacro %}
