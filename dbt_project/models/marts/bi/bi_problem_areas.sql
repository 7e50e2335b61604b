-- Grain: one problem area of the last four weeks, worst first, with why it is on the list and what would take it off.
-- The figures of the whole municipality that it is compared with: only for who sees the whole.
with areas as (
    select
        *,
        {{ visible_rows('municipality_code') }} as sees_whole
    from {{ ref('rpt_problem_areas') }}
),

reasons as (
    select
        area_key,
        concat_ws(
            '; ',
            case
                when is_by_people then
                    'это больше десятой части всех заявителей муниципалитета'
                    || case when sees_whole then ' (' || people_count || ' из ' || all_people_count || ')' else '' end
            end,
            case
                when is_by_growth then
                    'поступило ' || items_count || ' при ожидаемых '
                    || replace(round(expected_count, 1)::text, '.', ',')
                    || ' (обычный разброс до ' || growth_leave || ')'
            end,
            case
                when is_by_returned then
                    'после ответа обратились снова ' || returned_count || ' из ' || returned_of || ' ('
                    || {{ percent_ru('returned_share') }} || ', '
                    || case when sees_whole then 'по муниципалитету ' || {{ percent_ru('usual_returned_share') }}
                    else 'больше обычного для муниципалитета' end || ')'
            end,
            case
                when is_by_overdue then
                    'просрочено ' || overdue_count || ' из ' || overdue_of || ' ('
                    || {{ percent_ru('overdue_share') }} || ', '
                    || case when sees_whole then 'по муниципалитету ' || {{ percent_ru('usual_overdue_share') }}
                    else 'больше обычного для муниципалитета' end || ')'
            end,
            case
                when is_by_deferred then
                    'отложено ' || deferred_count || ' из ' || deferred_of || ' ('
                    || {{ percent_ru('deferred_share') }} || ', '
                    || case when sees_whole then 'по муниципалитету ' || {{ percent_ru('usual_deferred_share') }}
                    else 'больше обычного для муниципалитета' end || ')'
            end
        ) as why,
        concat_ws(
            '; ',
            case when is_by_people then 'заявителей станет не больше десятой части' end,
            case when is_by_growth then 'за четыре недели поступит не больше ' || growth_leave end,
            case
                when is_by_returned
                    then 'повторных будет не больше ' || coalesce(returned_leave, 0) || ' из ' || returned_of
            end,
            case
                when is_by_overdue
                    then 'просроченных будет не больше ' || coalesce(overdue_leave, 0) || ' из ' || overdue_of
            end,
            case
                when is_by_deferred
                    then 'отложенных будет не больше ' || coalesce(deferred_leave, 0) || ' из ' || deferred_of
            end
        ) as leave
    from areas
)

select
    a.area_key,
    m.short_title as municipality,
    case a.area_kind when 'sphere' then 'Сфера' else 'Проблема' end as kind,
    p.title as problem,
    a.rank_no,
    case
        when a.rank_best = a.rank_worst then a.rank_best::text else a.rank_best || '–' || a.rank_worst
    end as rank_range,
    b.title as block,
    b.branch,
    t.title as topic,
    coalesce(nullif(a.place, ''), 'Место не указано') as place,
    a.score,
    a.people_count,
    a.items_count,
    a.expected_count,
    a.growth_leave,
    a.returned_count,
    a.returned_of,
    a.returned_share,
    a.overdue_count,
    a.overdue_of,
    a.overdue_share,
    a.deferred_count,
    a.deferred_of,
    a.deferred_share,
    a.first_on,
    a.last_on,
    'С ' || to_char(a.first_on, 'DD.MM.YYYY') || ' по ' || to_char(a.last_on, 'DD.MM.YYYY') || ' '
    || {{ counted_ru('a.people_count', 'заявитель', 'заявителя', 'заявителей') }} || ': ' || r.why || '.' as why,
    'Уйдёт из перечня, если ' || r.leave
    || ' — или если заявителей станет меньше {{ var("problem_areas").min_people }}.' as leave
from areas as a
inner join reasons as r on a.area_key = r.area_key
inner join {{ ref('dim_municipality') }} as m on a.municipality_code = m.municipality_code
inner join {{ ref('dim_sector_block') }} as b on a.block_code = b.block_code
inner join {{ ref('dim_topic') }} as t on a.topic_code = t.topic_code
left join {{ ref('fct_problems') }} as p on a.area_key = p.problem_key
where {{ visible_rows('a.municipality_code', 'a.block_code') }}
