{#
    The pairs of int_near_candidates (`c`): both items (`i`, `o`), their topics (`a`, `b`), what is read out of their
    texts (`m`, `n`), and how near these are (`t`). The model has the imports feedback, topics, marks and near_texts.

    In an incremental run those of `scope` only. It stands first: PostgreSQL weighs the order of eight joins at once,
    and a ninth one would read all pairs before.
#}
{% macro near_pairs(scope) -%}
    {% if is_incremental() -%}
    from {{ scope }} as s
    inner join {{ ref('int_near_candidates') }} as c on s.feedback_key = c.feedback_key
    {%- else -%}
    from {{ ref('int_near_candidates') }} as c
    {%- endif %}
    inner join feedback as i on c.feedback_key = i.feedback_key
    inner join feedback as o on c.other_key = o.feedback_key
    inner join topics as a on c.feedback_key = a.feedback_key
    inner join topics as b on c.other_key = b.feedback_key
    left join marks as m on c.feedback_key = m.feedback_key
    left join marks as n on c.other_key = n.feedback_key
    left join near_texts as t on c.feedback_key = t.feedback_key and c.other_key = t.other_key
{%- endmacro %}
