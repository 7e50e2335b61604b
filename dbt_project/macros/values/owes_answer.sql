{#
    True if an item was answered, or owes (owed) its author an answer: it was neither passed on nor taken back, and it
    is no appeal that the law lets leave without one (59-ФЗ, ст. 11).
#}
{% macro owes_answer(row) -%}
    (
        {{ row }}.final_reply_at is not null
        or (
            {{ row }}.status_code not in ('forwarded', 'deleted_by_author', 'withdrawn')
            and not ({{ row }}.status_code = 'left_without_answer' and {{ row }}.kind = 'appeal')
        )
    )
{%- endmacro %}
