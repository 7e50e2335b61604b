-- Grain: one measure that is done and names a topic: whether the complaints ended, in the words that people read.
-- The counts of other places are figures of the whole that they belong to: only for who sees that whole. The effect
-- names a ratio only.
with checks as (
    select
        *,
        case compared_with
            when 'near' then {{ visible_rows('municipality_code') }} when 'far' then {{ visible_rows() }}
        end as sees_others
    from {{ ref('rpt_measure_checks') }}
)

select
    m.measure_key,
    m.record_ref,
    p.short_title as municipality,
    b.title as block,
    r.title as recipient,
    m.title,
    t.title as topic,
    coalesce(c.place, 'Все места') as place,
    c.done_on,
    v.title as verdict,
    v.is_named,
    c.items_before,
    c.items_after,
    c.people_after,
    c.last_complaint_on,
    case c.compared_with
        when 'near' then 'Другие места муниципалитета' when 'far' then 'Другие муниципалитеты' else 'Сравнить не с чем'
    end as compared_with,
    case when c.sees_others then c.other_before end as other_before,
    case when c.sees_others then c.other_after end as other_after,
    c.effect,
    c.effect_low,
    c.effect_high,
    'Исполнено ' || to_char(c.done_on, 'DD.MM.YYYY') || '. За 56 дней до этого обращений ' || c.items_before
    || ', за ' || {{ counted_ru('c.days_after', 'день', 'дня', 'дней') }} || ' после — ' || c.items_after || ' ('
    || {{ counted_ru('c.people_after', 'заявитель', 'заявителя', 'заявителей') }} || ')'
    || case when c.sees_others then '; в сравнимых местах ' || c.other_before || ' и ' || c.other_after else '' end
    || '. '
    || v.sentence as sentence
from checks as c
inner join {{ ref('fct_measures') }} as m on c.measure_key = m.measure_key
inner join {{ ref('dim_municipality') }} as p on c.municipality_code = p.municipality_code
inner join {{ ref('dim_sector_block') }} as b on m.block_code = b.block_code
inner join {{ ref('dim_recipient') }} as r on m.recipient_code = r.recipient_code
inner join {{ ref('dim_topic') }} as t on c.topic_code = t.topic_code
inner join (
    values
    ('goes_on', 'Жалобы продолжаются', true, 'Исполнение жалобами не подтверждается: они не прекратились.'),
    ('came_back', 'Жалобы вернулись', true, 'Исполнение не подтверждается: после затишья жалобы вернулись.'),
    ('unproved', 'Не доказано', false, 'Жалоб стало меньше, но это может быть случайностью.'),
    ('confirmed', 'Подтверждено', false, 'Исполнение подтверждается: жалоб стало меньше, и это не случайность.'),
    ('few', 'Мало обращений', false, 'До исполнения обращений почти не было, судить не по чему.'),
    ('early', 'Рано судить', false, 'Прошло меньше 14 дней.')
) as v (verdict, title, is_named, sentence) on c.verdict = v.verdict
where {{ visible_rows('c.municipality_code', 'm.block_code', 'm.recipient_code') }}
