-- Grain: one recommendation that the platform offers: for what reason, proved by how many rows (`evidence_count` of
-- `evidence_of`). A draft only: people accept or decline it.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'all'}, on_schema_change='fail',
    tags=['each_run']
) }}
{%- set rules = var('recommendations') %}
{%- set period = counted_ru(var('flow').days, 'день', 'дня', 'дней') %}

with items as (
    select * from {{ ref('rpt_recommendation_items') }}
    where span = 'now'
),

ratings as (
    select * from {{ ref('rpt_ratings') }}
    where is_main and is_rated and rank > 1
),

levers as (
    select * from {{ ref('rpt_rating_levers') }}
),

components as (
    select * from {{ ref('fct_rating_components') }}
),

measures as (
    select * from {{ ref('rating_measures') }}
),

recipients as (
    select * from {{ ref('dim_recipient') }}
),

blocks as (
    select * from {{ ref('dim_sector_block') }}
),

topics as (
    select * from {{ ref('dim_topic') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
),

problem_names as (
    select
        p.problem_key,
        coalesce(p.title, t.title || coalesce(': ' || coalesce(p.spot, p.place), '')) as title,
        p.people_count
    from {{ ref('rpt_problems') }} as p
    inner join topics as t on p.topic_code = t.topic_code
),

counted as (
    select
        recommendation_key,
        kind,
        municipality_code,
        block_code,
        recipient_code,
        topic_code,
        problem_key,
        count(*) filter (where is_hit) as hits,
        count(*) as items_count
    from items
    group by recommendation_key, kind, municipality_code, block_code, recipient_code, topic_code, problem_key
),

-- what is usual in the municipality
usual as (
    select
        kind,
        municipality_code,
        sum(hits) / sum(items_count) as share
    from counted
    group by kind, municipality_code
),

proved as (
    select
        c.recommendation_key,
        c.kind,
        c.municipality_code,
        c.block_code,
        c.recipient_code,
        c.topic_code,
        c.problem_key,
        c.hits,
        coalesce(s.items_count, c.items_count) as items_count,
        u.share as usual_share
    from counted as c
    inner join usual as u on c.kind = u.kind and c.municipality_code = u.municipality_code
    left join counted as s
        on
            s.kind = 'topic'
            and c.kind = 'problem'
            and c.municipality_code = s.municipality_code
            and c.block_code = s.block_code
            and c.topic_code = s.topic_code
    where
        c.hits >= {{ rules.least }}
        and (
            c.kind in ('circles', 'problem')
            or {{ wilson_low('c.hits', 'c.items_count', rules.z) }} > u.share
        )
),

worded as (
    select
        p.recommendation_key,
        p.kind,
        p.municipality_code,
        p.block_code,
        p.recipient_code,
        p.topic_code,
        p.problem_key,
        null as component_code,
        case p.kind
            when 'repeats'
                then 'Выяснить, почему после ответа повторяется вопрос «' || t.title || '»: ' || r.title
            when 'hollow'
                then 'Отвечать по существу вопроса, в том числе по шаблонам ответов: ' || r.title
            when 'circles'
                then
                    'Закрепить исполнителя за каждой темой блока «' || b.title
                    || '», чтобы обращения не ходили по кругу'
            else 'Устранить причину: проблема вернулась после ответа — ' || n.title
        end as text,
        case p.kind
            when 'repeats'
                then
                    'повторно — ' || p.hits || ' из ' || p.items_count || ' за ' || {{ period }} || ' ('
                    || {{ percent_ru('p.hits::numeric / p.items_count') }} || ', по муниципалитету '
                    || {{ percent_ru('p.usual_share') }} || ')'
            when 'hollow'
                then
                    'признаки отписки — в ' || p.hits || ' из ' || p.items_count || ' ответов за ' || {{ period }}
                    || ' (' || {{ percent_ru('p.hits::numeric / p.items_count') }} || ', по муниципалитету '
                    || {{ percent_ru('p.usual_share') }} || ')'
            when 'circles'
                then
                    'передавали больше {{ var("flow").transfers }} раз или по кругу — ' || p.hits || ' из '
                    || p.items_count || ' поступивших за ' || {{ period }}
            else
                'написали ' || {{ counted_ru('n.people_count', 'человек', 'человека', 'человек') }} || '; за '
                || {{ period }} || ' — ' || p.hits || ' из ' || p.items_count || ' сообщений блока по этой теме'
        end as basis,
        p.hits as evidence_count,
        p.items_count as evidence_of
    from proved as p
    left join recipients as r on p.recipient_code = r.recipient_code
    left join blocks as b on p.block_code = b.block_code
    left join topics as t on p.topic_code = t.topic_code
    left join problem_names as n on p.problem_key = n.problem_key
),

-- the last month that is over in the municipality
months as (
    select
        municipality_code,
        (date_trunc('month', {{ local_date(as_of(), 'time_zone') }}) - interval '1 month')::date as period_start
    from municipalities
    where municipality_code != 'unknown'
),

reachable as (
    select
        r.municipality_code,
        r.unit_code as recipient_code,
        l.component_code,
        r.unit_title,
        m.title as measure_title,
        l.items_to_next,
        r.rank,
        r.peers_count,
        r.period_start,
        c.numerator,
        c.counted_items,
        row_number() over (
            partition by r.municipality_code, r.unit_code order by l.items_to_next, m.sort_order
        ) as place
    from ratings as r
    inner join months as o on r.municipality_code = o.municipality_code and r.period_start = o.period_start
    inner join levers as l
        on r.period_key = l.period_key and r.scheme_code = l.scheme_code and r.unit_code = l.unit_code
    inner join components as c
        on
            l.period_key = c.period_key
            and l.scheme_code = c.scheme_code
            and l.unit_code = c.unit_code
            and l.component_code = c.component_code
    inner join measures as m on l.component_code = m.component_code
    where l.items_to_next <= {{ rules.items_to_next }} and l.is_nearest
),

of_levers as (
    select
        {{ recommendation_key(
            "'lever'", 'municipality_code', 'null', 'recipient_code', 'null', 'null', 'component_code'
        ) }} as recommendation_key,
        'lever' as kind,
        municipality_code,
        null as block_code,
        recipient_code,
        null as topic_code,
        null::uuid as problem_key,
        component_code,
        'Улучшить показатель «' || measure_title || '», чтобы подняться в рейтинге на одно место: ' || unit_title
            as text,
        'за ' || to_char(period_start, 'MM.YYYY') || ' место ' || rank || ' из ' || peers_count || '; засчитано '
        || replace(trunc(numerator, 1)::float::text, '.', ',') || ' из ' || counted_items
        || ', до следующего места не хватает ' || items_to_next as basis,
        items_to_next::bigint as evidence_count,
        counted_items::bigint as evidence_of
    from reachable
    where place = 1
),

drafts as (
    select * from worded
    union all
    select * from of_levers
)

select
    recommendation_key,
    kind,
    municipality_code,
    block_code,
    recipient_code,
    topic_code,
    problem_key,
    component_code,
    text,
    basis,
    evidence_count::integer as evidence_count,
    evidence_of::integer as evidence_of
from drafts
