{#- As `visible_rows`, for a row of a rating (`row`: an alias of rpt_ratings): its unit is a block, a recipient, … -#}
{% macro visible_places(row) -%}
    {{ visible_rows(
        row ~ '.municipality_code',
        block="case when " ~ row ~ ".peers in ('blocks', 'branches') then " ~ row ~ ".unit_code end",
        recipient="case when " ~ row ~ ".peers in ('groups', 'settlements') then " ~ row ~ ".unit_code end",
        whole_recipient=true
    ) }}
{%- endmacro %}
