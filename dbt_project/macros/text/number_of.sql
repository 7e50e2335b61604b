{#- A number by which people name what has a key only: «№ 213456789». The first 28 bits of the key: two of a thousand
    things share one in less than one case of 500. -#}
{% macro number_of(key) -%}
'№ ' || ('x' || left({{ key }}::text, 7))::bit(28)::integer
{%- endmacro %}
