{# True if an item (a row with the `ending` of int_milestones) was answered, or owes (owed) its author an answer. #}
{% macro owes_answer(row) -%}
    coalesce({{ row }}.ending, 'closed_without_answer') = 'closed_without_answer'
{%- endmacro %}
