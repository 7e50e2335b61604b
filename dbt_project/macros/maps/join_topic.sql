{#
    What a topic means by its map, as joins: tm (the map), t (the topic) and tb (its sector block). `row` has
    source_slug and municipality_code; `day` decides which row of the map is in force.
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
