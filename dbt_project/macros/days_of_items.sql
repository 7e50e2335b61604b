{#
    The local days on which items count somewhere (flows, rating, indicators), from the given facts.
    Columns: date_on. `facts`, `events`, `deadlines` are relations; `keys` holds the feedback_keys asked for.
#}
{% macro days_of_items(facts, events, deadlines, keys) -%}
    select {{ local_date('n.moment', 'm.time_zone') }} as date_on
    from {{ keys }} as k
    inner join {{ facts }} as f on k.feedback_key = f.feedback_key
    inner join {{ ref('dim_municipality') }} as m on f.municipality_code = m.municipality_code
    cross join lateral (
        values (f.received_at), (f.closed_at), (f.marked_at), (f.final_reply_at)
    ) as n (moment)
    where n.moment is not null
    union
    select {{ local_date('e.occurred_at', 'm.time_zone') }}
    from {{ keys }} as k
    inner join {{ facts }} as f on k.feedback_key = f.feedback_key
    inner join {{ ref('dim_municipality') }} as m on f.municipality_code = m.municipality_code
    inner join {{ events }} as e on k.feedback_key = e.feedback_key
    where e.event_code in ('deferred', 'final_reply', 'reopened')
    union
    select {{ local_date('n.moment', 'm.time_zone') }}
    from {{ keys }} as k
    inner join {{ deadlines }} as d on k.feedback_key = d.feedback_key
    inner join {{ ref('dim_municipality') }} as m on d.municipality_code = m.municipality_code
    cross join lateral (
        values (d.due_at), (d.done_at)
    ) as n (moment)
    where n.moment is not null
{%- endmacro %}
