{#
    What an item's words mean by the maps, as joins. `row` has source_slug and municipality_code; `day` decides which rows of
    a map are in force. A topic gives tm, t and tb (its sector block), a recipient gives rm and rc (the recipient's row).
#}
{% macro join_topic(row, topic_ref, day) -%}
    left join {{ ref('int_topic_map') }} as tm
        on
            {{ row }}.source_slug = tm.source_slug
            and {{ topic_ref }} = tm.topic_ref
            and {{ in_force('tm', day) }}
    left join {{ ref('topics') }} as t on tm.topic_code = t.topic_code
    left join {{ ref('topic_blocks') }} as tb
        on {{ row }}.municipality_code = tb.municipality_code and t.theme_code = tb.theme_code
{%- endmacro %}

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
