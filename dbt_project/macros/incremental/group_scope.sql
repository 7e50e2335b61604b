{#
    The items whose group may change: `items`, what `links` hold them together with, and all members of the groups that
    these had before this run (`groups`, whose column `key` names the group). Links change at `items` only, so no other
    group can.
#}
{% macro group_scope(groups, key, items, links) -%}
    {%- set before = earlier('intermediate', groups) -%}
    {%- if before and not is_full() -%}
    with linked as (
        select feedback_key from {{ items }}
        union
        select l.other_key
        from {{ links }} as l
        inner join {{ items }} as i on l.feedback_key = i.feedback_key
        union
        select l.feedback_key
        from {{ links }} as l
        inner join {{ items }} as i on l.other_key = i.feedback_key
    )

    select
        feedback_key,
        null::uuid as {{ key }}
    from linked
    where feedback_key not in (select feedback_key from {{ before }})
    union all
    select
        b.feedback_key,
        b.{{ key }}
    from {{ before }} as b
    where b.{{ key }} in (
        select c.{{ key }}
        from {{ before }} as c
        inner join linked as l on c.feedback_key = l.feedback_key
    )
    {%- else -%}
    -- depends_on: {{ links }}
    select
        feedback_key,
        null::uuid as {{ key }}
    from {{ items }}
    where false
    {%- endif -%}
{%- endmacro %}
