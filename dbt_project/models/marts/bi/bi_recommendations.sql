-- Grain: one recommendation, in the words that people read.
select
    w.municipality_code,
    m.short_title as municipality,
    coalesce(b.title, rb.title, 'все блоки') as block,
    w.recommendation_key,
    w.text,
    w.basis,
    case w.status
        when 'offered' then 'предложена' when 'accepted' then 'принята' when 'declined' then 'отклонена'
        else 'выполнена'
    end as status,
    case w.status when 'accepted' then 1 when 'offered' then 2 when 'done' then 3 else 4 end as status_order,
    w.since,
    w.unit,
    w.reason,
    case
        when w.status != 'done' then null
        when w.kind = 'lever' then 'виден в рейтинге'
        when w.kind = 'own' then 'не измеряется'
        when w.effect = 'early'
            then
                'рано судить: до ' || w.before_hits || ' из ' || w.before_of || ', после пока ' || w.after_hits
                || ' из ' || w.after_of || '; итог — ' || to_char(w.since + {{ var('flow').days }} + 1, 'DD.MM.YYYY')
        when w.effect = 'few' then 'мало данных: до ' || w.before_of || ', после ' || w.after_of
        else
            case w.effect
                when 'better' then 'стало лучше: ' when 'worse' then 'стало хуже: ' else 'не отличить от случайного: '
            end
            || 'до ' || w.before_hits || ' из ' || w.before_of || ' ('
            || {{ percent_ru('w.before_hits::numeric / w.before_of') }} || '), после ' || w.after_hits || ' из '
            || w.after_of || ' (' || {{ percent_ru('w.after_hits::numeric / w.after_of') }} || ')'
    end as effect_text
from {{ ref('rpt_recommendations') }} as w
inner join {{ ref('dim_municipality') }} as m on w.municipality_code = m.municipality_code
left join {{ ref('dim_sector_block') }} as b on w.block_code = b.block_code
left join {{ ref('dim_recipient') }} as r on w.recipient_code = r.recipient_code
left join {{ ref('dim_sector_block') }} as rb on r.block_code = rb.block_code
where {{ visible_rows('w.municipality_code', 'coalesce(w.block_code, r.block_code)') }}
