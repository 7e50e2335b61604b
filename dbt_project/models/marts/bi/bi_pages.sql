-- Grain: page of the platform × municipality × month: what links from page to page are made of, so that they keep the
-- choice of the filters.
with months as (
    select distinct period_month from {{ ref('fct_indicator_values') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
    where municipality_code != 'unknown'
)

select
    p.sort_order,
    p.slug,
    p.title as page,
    m.short_title as municipality,
    h.period_month,
    (select count(*) from municipalities)::integer as municipalities_count,
    (select count(*) from months)::integer as months_count
from (
    values
    (1, 'obstanovka', 'Обстановка'),
    (2, 'sroki', 'Сроки'),
    (3, 'rejting', 'Рейтинг'),
    (4, 'pokazateli', 'Показатели'),
    (5, 'kachestvo', 'Качество данных'),
    (6, 'ocenki', 'Удовлетворённость'),
    (7, 'otrasli', 'Отрасли'),
    (8, 'kanaly', 'Каналы'),
    (9, 'problemy', 'Проблемные сферы')
) as p (sort_order, slug, title)
cross join municipalities as m
cross join months as h
where {{ visible_to('anyone', municipality='m.municipality_code') }}
