{#
    The circles of peers of a term, the nearest first, as a VALUES list: level_no, level, scope. `t` has the codes of the
    municipality, block, recipient and topic. «unknown» and «none» stand in every municipality, so it is part of the scope.
#}
{% macro risk_levels(t) -%}
    (
        values
        (1, 'recipient_topic', {{ t }}.municipality_code || ' ' || {{ t }}.recipient_code || ' ' || {{ t }}.topic_code),
        (2, 'recipient', {{ t }}.municipality_code || ' ' || {{ t }}.recipient_code),
        (3, 'block', {{ t }}.municipality_code || ' ' || {{ t }}.block_code),
        (4, 'stage', '')
    ) as l (level_no, level, scope)
{%- endmacro %}
