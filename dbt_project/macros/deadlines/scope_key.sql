{#
    What decides which rules may count the deadlines of an item, as one key: of the item `i` (int_feedback) and the
    attributes `k` that were known of it (int_attribute_history; NULL: those of the item).
#}
{% macro scope_key(i, k) -%}
    concat_ws(
        '/', {{ i }}.municipality_code, {{ i }}.channel_code, {{ i }}.kind,
        coalesce({{ k }}.topic_code, {{ i }}.topic_code), coalesce({{ k }}.priority, {{ i }}.priority),
        {{ i }}.source_due_at is not null, {{ i }}.promised_at is not null
    )
{%- endmacro %}
