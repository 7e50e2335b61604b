{#
    The local days on which items count somewhere (flows, ratings, indicators). Column: date_on. `items` has
    feedback_key, municipality_code, received_at, closed_at, marked_at and final_reply_at; `events` and `deadlines`
    are relations of that shape; `keys` holds the feedback_keys asked for.
#}
{% macro days_of_items(items, events, deadlines, keys) -%}
    {%- set zone = "coalesce(m.time_zone, '" ~ var('time_zone') ~ "')" -%}
    select {{ local_date('n.moment', zone) }} as date_on
    from {{ keys }} as k
    inner join {{ items }} as f on k.feedback_key = f.feedback_key
    left join {{ ref('municipalities') }} as m on f.municipality_code = m.municipality_code
    cross join lateral (
        values (f.received_at), (f.closed_at), (f.marked_at), (f.final_reply_at)
    ) as n (moment)
    where n.moment is not null
    union
    select {{ local_date('e.occurred_at', zone) }}
    from {{ keys }} as k
    inner join {{ items }} as f on k.feedback_key = f.feedback_key
    left join {{ ref('municipalities') }} as m on f.municipality_code = m.municipality_code
    inner join {{ events }} as e on k.feedback_key = e.feedback_key
    where e.event_code in ('deferred', 'final_reply', 'reopened')
    union
    select {{ local_date('n.moment', 'd.time_zone') }}
    from {{ keys }} as k
    inner join {{ deadlines }} as d on k.feedback_key = d.feedback_key
    cross join lateral (
        values (d.due_at), (d.done_at), (d.cancelled_at)
    ) as n (moment)
    where n.moment is not null
{%- endmacro %}
