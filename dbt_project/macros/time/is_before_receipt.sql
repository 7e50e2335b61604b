{#
    True if an event stands before the receipt of its item (NULL: not known). An event of the same day without a time
    does not: it stands at midnight.
#}
{% macro is_before_receipt(occurred_at, received_at, zone) -%}
    (
        coalesce({{ occurred_at }} < {{ received_at }}, false)
        and {{ occurred_at }} at time zone {{ zone }} != date_trunc('day', {{ received_at }} at time zone {{ zone }})
    )
{%- endmacro %}
