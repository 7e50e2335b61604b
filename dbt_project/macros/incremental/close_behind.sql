{#
    The items that stand so close behind one of `items` under a key of `keys` (int_near_keys) that they are compared
    with it.
#}
{% macro close_behind(keys, items) -%}
    select distinct n.feedback_key
    from {{ items }} as t
    inner join {{ keys }} as k on t.feedback_key = k.feedback_key
    cross join lateral (
        select b.feedback_key
        from {{ keys }} as b
        where
            k.near_key = b.near_key
            and (b.received_at, b.feedback_key) > (k.received_at, k.feedback_key)
        order by b.received_at, b.feedback_key
        limit {{ var('problems').earlier }}
    ) as n
{%- endmacro %}
