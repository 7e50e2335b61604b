{#
    False if two texts (int_text_marks) surely name two places: neither names a second one, and no typing error in one
    street makes it the other (it leaves the first two letters, or the last two, as they are).
#}
{% macro may_be_one_place(one, other) -%}
    (
        not {{ other_place(one, other) }}
        or {{ one }}.is_broad
        or {{ other }}.is_broad
        or (
            coalesce({{ one }}.house = {{ other }}.house, true)
            and (
                left({{ one }}.street, 2) = left({{ other }}.street, 2)
                or right({{ one }}.street, 2) = right({{ other }}.street, 2)
            )
        )
    )
{%- endmacro %}
