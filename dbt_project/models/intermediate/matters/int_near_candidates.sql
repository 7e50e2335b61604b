-- Grain: item × earlier item that it is compared with: the nearest ones that share a key.
-- depends_on: {{ ref('int_near_scope') }}
{{ config(
    materialized='incremental', incremental_strategy='replace',
    meta={'replace': 'int_near_scope', 'key': 'feedback_key'},
    tags=['each_run'],
    indexes=[{'columns': ['feedback_key', 'other_key'], 'unique': true}, {'columns': ['other_key']}]
) }}

{%- set problems = var('problems') %}

with keys as not materialized (
    select * from {{ ref('int_near_keys') }}
),

{% if is_incremental() -%}
near as (
    select
        k.feedback_key,
        n.feedback_key as other_key,
        k.received_at - n.received_at as gap
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
)
{%- else -%}
-- one walk over all keys in order gives the same as a look-up for each item
shared as (
    select near_key
    from keys
    group by near_key
    having count(*) > 1
),

walked as (
    select
        k.feedback_key,
        k.received_at,
        {% for back in range(1, problems.earlier + 1) -%}
        lag(k.feedback_key, {{ back }}) over by_time as key_{{ back }},
        lag(k.received_at, {{ back }}) over by_time as at_{{ back }}{{ ',' if not loop.last }}
        {% endfor -%}
    from keys as k
    inner join shared as s on k.near_key = s.near_key
    window by_time as (partition by k.near_key order by k.received_at, k.feedback_key)
),

near as (
    select
        w.feedback_key,
        n.other_key,
        w.received_at - n.other_at as gap
    from walked as w
    cross join lateral (
        values
        {% for back in range(1, problems.earlier + 1) -%}
        (w.key_{{ back }}, w.at_{{ back }}){{ ',' if not loop.last }}
        {% endfor -%}
    ) as n (other_key, other_at)
    where n.other_key is not null
)
{%- endif %}

select distinct
    feedback_key,
    other_key,
    gap
from near
where gap <= {{ problems.within_days }} * interval '1 day'
