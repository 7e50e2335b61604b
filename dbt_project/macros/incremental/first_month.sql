{#
    The first month of the indicators: the first with an item of a known municipality, by `items` (municipality_code,
    received_on). An item dated before the reviewed calendar (a typing error) does not stretch them.
#}
{% macro first_month(items) -%}
    (
        select date_trunc('month', min(received_on))::date
        from {{ items }}
        where
            municipality_code != 'unknown'
            and received_on >= '{{ var("calendar_from") }}'::date
    )
{%- endmacro %}
