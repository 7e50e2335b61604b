{#
    What a recipient means by its map, as joins: rm (the map) and rc (the recipient). `row` has source_slug and
    municipality_code; `day` decides which rows are in force.
#}
{% macro join_recipient(row, recipient_ref, day) -%}
    left join {{ ref('int_recipient_map') }} as rm
        on
            {{ row }}.source_slug = rm.source_slug
            and {{ row }}.municipality_code = rm.municipality_code
            and {{ recipient_ref }} = rm.recipient_ref
            and {{ in_force('rm', day) }}
    left join {{ ref('recipients') }} as rc
        on
            rm.recipient_code = rc.recipient_code
            and {{ in_force('rc', day) }}
{%- endmacro %}
