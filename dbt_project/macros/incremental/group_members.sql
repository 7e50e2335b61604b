{#
    What the step `groups` reads: each item of `scope` (all in a full run) with its place in time and whatever `links`
    hold it together with; links of `kinds` only, if they are given.
#}
{% macro group_members(links, scope, kinds=none) -%}
with feedback as (
    select * from {{ ref('int_feedback') }}
),

links as (
    select
        feedback_key,
        other_key
    from {{ links }}
    {% if kinds -%} where kind in ('{{ kinds | join("', '") }}') {%- endif %}
)

select
    i.feedback_key,
    (extract(epoch from i.received_at) * 1000000)::bigint as place,
    l.other_key as linked_key
from feedback as i
left join links as l on i.feedback_key = l.feedback_key
where {{ only('i.feedback_key', scope, 'feedback_key') }}
{%- endmacro %}
