{#
    The circles of peers of a deadline, the nearest first, as a VALUES list: level_no, level, scope. `row` has the
    codes of the municipality, block, recipient and topic. The municipality is part of the scope: «unknown» and «none»
    stand in all.
#}
{% macro risk_levels(row) -%}
    (
        values
        (
            1, 'recipient_topic',
            {{ row }}.municipality_code || ' ' || {{ row }}.recipient_code || ' ' || {{ row }}.topic_code
        ),
        (2, 'recipient', {{ row }}.municipality_code || ' ' || {{ row }}.recipient_code),
        (3, 'block', {{ row }}.municipality_code || ' ' || {{ row }}.block_code),
        (4, 'stage', '')
    ) as l (level_no, level, scope)
{%- endmacro %}
