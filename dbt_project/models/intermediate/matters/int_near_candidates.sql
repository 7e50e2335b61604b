-- Grain: item × earlier item that it is compared with: the nearest ones that share a key. `is_near`: their texts may be
-- near each other, by their sketches. `is_elsewhere`: they name two places.
-- depends_on: {{ ref('int_near_scope') }}
{{ config(
    materialized='incremental', incremental_strategy='replace',
    meta={'replace': 'int_near_scope', 'key': 'feedback_key'},
    tags=['each_run'],
    indexes=[{'columns': ['feedback_key']}, {'columns': ['other_key']}]
) }}

{%- set problems = var('problems') %}
{%- set text_days = [problems.copy_days, problems.text_days] | max %}

with keys as not materialized (
    select * from {{ ref('int_near_keys') }}
),

marks as not materialized (
    select * from {{ ref('int_text_marks') }}
),

{% if is_incremental() -%}
shared as (
    select
        k.feedback_key,
        k.received_at,
        k.needs_text,
        n.feedback_key as other_key,
        n.received_at as other_at
    from {{ ref('int_near_scope') }} as s
    inner join keys as k on s.feedback_key = k.feedback_key
    cross join lateral (
        select
            b.feedback_key,
            b.received_at
        from keys as b
        where
            k.near_key = b.near_key
            and (b.received_at, b.feedback_key) < (k.received_at, k.feedback_key)
        order by b.received_at desc, b.feedback_key desc
        limit {{ problems.earlier }}
    ) as n
),
{%- else -%}
-- one walk over all keys in order gives the same as a look-up for each item
walked as (
    select
        k.feedback_key,
        k.received_at,
        k.needs_text,
        {% for back in range(1, problems.earlier + 1) -%}
        lag(k.feedback_key, {{ back }}) over by_time as key_{{ back }},
        lag(k.received_at, {{ back }}) over by_time as at_{{ back }}{{ ',' if not loop.last }}
        {% endfor -%}
    from keys as k
    window by_time as (partition by k.near_key order by k.received_at, k.feedback_key)
),

shared as (
    select
        w.feedback_key,
        w.received_at,
        w.needs_text,
        n.other_key,
        n.other_at
    from walked as w
    cross join lateral (
        values
        {% for back in range(1, problems.earlier + 1) -%}
        (w.key_{{ back }}, w.at_{{ back }}){{ ',' if not loop.last }}
        {% endfor -%}
    ) as n (other_key, other_at)
    where n.other_key is not null
),
{%- endif %}

-- what lies further apart is no copy, and its text links it to no problem: such pairs, most of all, go first
close as (
    select
        feedback_key,
        other_key,
        needs_text,
        received_at - other_at as gap,
        received_at - other_at <= {{ text_days }} * interval '1 day' as is_soon
    from shared
    where
        received_at - other_at
        <= case when needs_text then {{ text_days }} else {{ problems.within_days }} end * interval '1 day'
),

judged as (
    select
        c.feedback_key,
        c.other_key,
        c.gap,
        c.needs_text,
        {{ other_place('m', 'o') }} as is_elsewhere,
        coalesce(
            c.is_soon
            and bit_count(bitxor(m.sketch, o.sketch)) <= {{ problems.sketch_bits }}
            and {{ may_be_one_place('m', 'o') }},
            false
        ) as is_near
    from close as c
    left join marks as m on c.feedback_key = m.feedback_key
    left join marks as o on c.other_key = o.feedback_key
)

select distinct
    feedback_key,
    other_key,
    gap,
    is_near,
    is_elsewhere
from judged
where is_near or not needs_text
