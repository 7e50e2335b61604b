{#
    The first month of the indicators: the first with an item of a known municipality. An item with a date before the
    reviewed calendar (a typing error) does not stretch them.
#}
{% macro first_month() -%}
    (
        select date_trunc('month', min(received_on))::date
        from {{ ref('fct_feedback') }}
        where
            municipality_code != 'unknown'
            and received_on >= '{{ var("calendar_from") }}'::date
    )
{%- endmacro %}
