-- Grain: one trouble that at least two people wrote about. Its key is that of its first item. What changes only because
-- time passes stands in rpt_problems. The name of the card and the channels stand here as people read them: a page that
-- looks for one problem by its name would make the names of all of them.
{{ config(
    materialized='incremental', incremental_strategy='replace',
    meta={'replace': 'int_problem_recount', 'key': 'problem_key'},
    on_schema_change='fail', tags=['each_run'],
    indexes=[
        {'columns': ['problem_key'], 'unique': true},
        {'columns': ['problem_card'], 'type': 'hash'},
        {'columns': [
            'municipality_code', 'block_code', 'is_settled', 'people_count desc', 'messages_count desc', 'first_on'
        ]}
    ]
) }}

with items as (
    select * from {{ ref('int_problem_items') }}
),

names as (
    select distinct on (i.problem_key)
        i.problem_key,
        s.title
    from {{ ref('int_problem_names') }} as s
    inner join items as i on s.feedback_key = i.feedback_key
    order by i.problem_key, s.said_at desc, s.feedback_key
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
),

topics as (
    select * from {{ ref('dim_topic') }}
),

channels as (
    select * from {{ ref('dim_channel') }}
),

problems as (
    select
        i.problem_key,
        max(n.title) as title,
        mode() within group (order by i.municipality_code) as municipality_code,
        mode() within group (order by i.topic_code) as topic_code,
        mode() within group (order by i.block_code) as block_code,
        mode() within group (order by i.place) as place,
        mode() within group (order by i.spot) as spot,
        max(i.people_count) as people_count,
        count(distinct i.matter_key)::integer as matters_count,
        count(*)::integer as messages_count,
        array_agg(distinct i.channel_code) as channel_codes,
        min(i.received_at) as first_at,
        max(i.received_at) as last_at,
        min(i.received_on) as first_on,
        max(i.received_on) as last_on,
        (count(*) filter (where not i.is_open))::integer as answered_count,
        (count(*) filter (where i.is_open))::integer as open_count,
        case when not bool_or(i.is_open) then max(i.answered_at) end as answered_at,
        (count(*) filter (where i.is_return))::integer as returns_count,
        max(i.received_at) filter (where i.is_return) as returned_at
    from items as i
    left join names as n on i.problem_key = n.problem_key
    where {{ only('i.problem_key', ref('int_problem_recount'), 'problem_key') }}
    group by i.problem_key
),

-- the same few lists for all problems
channel_lists as (
    select
        l.channel_codes,
        string_agg(c.title, ', ' order by c.title) as channels
    from (select distinct channel_codes from problems) as l
    inner join channels as c on c.channel_code = any(l.channel_codes)
    group by l.channel_codes
)

select
    p.problem_key,
    p.title,
    p.municipality_code,
    p.topic_code,
    p.block_code,
    p.place,
    p.spot,
    p.people_count,
    p.matters_count,
    p.messages_count,
    p.channel_codes,
    p.first_at,
    p.last_at,
    p.first_on,
    p.last_on,
    p.answered_count,
    p.open_count,
    p.answered_at,
    p.returns_count,
    p.returned_at,
    -- nothing of it is open: such problems stand last
    p.open_count = 0 as is_settled,
    n.problem,
    -- one name a problem, of signs that a link may carry as they are
    regexp_replace(n.problem, '[^0-9A-Za-zА-Яа-яЁё .,:/()№«»-]', ' ', 'g') || ' (' || m.short_title || ', '
    || {{ number_of('p.problem_key') }} || ')' as problem_card,
    l.channels
from problems as p
inner join municipalities as m on p.municipality_code = m.municipality_code
inner join topics as t on p.topic_code = t.topic_code
left join channel_lists as l on p.channel_codes = l.channel_codes
cross join lateral (
    select coalesce(p.title, t.title || coalesce(': ' || coalesce(p.spot, p.place), '')) as problem
) as n
