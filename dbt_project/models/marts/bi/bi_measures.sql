-- Grain: one поручение, мероприятие, road map, project passport or plan, in the words that people read.
select
    c.measure_key,
    c.record_ref,
    m.short_title as municipality,
    k.title as kind,
    c.title,
    b.title as block,
    r.title as recipient,
    c.basis,
    c.planned_on,
    c.done_on,
    c.progress,
    coalesce(s.title, 'Не сопоставлено') as status,
    c.is_open,
    c.days_left,
    c.is_overdue,
    c.is_done_late
from {{ ref('rpt_measure_control') }} as c
inner join {{ ref('dim_municipality') }} as m on c.municipality_code = m.municipality_code
inner join {{ ref('dim_sector_block') }} as b on c.block_code = b.block_code
inner join {{ ref('dim_recipient_name') }} as r
    on
        c.recipient_code = r.recipient_code
        and {{ in_force('r', "coalesce(c.planned_on, c.done_on, '9999-12-31'::date)") }}
inner join (
    values
    ('task', 'Поручение'),
    ('measure', 'Мероприятие'),
    ('roadmap', 'Дорожная карта'),
    ('project', 'Паспорт проекта'),
    ('plan', 'План')
) as k (kind, title) on c.kind = k.kind
left join {{ ref('measure_statuses') }} as s on c.status_code = s.status_code
where {{ visible_rows('c.municipality_code', 'c.block_code', 'c.recipient_code') }}
