-- Grain: source × what no map knows, in the words that people read.
select
    s.title as source,
    k.title as subject,
    u.unmatched_count,
    u.items_count
from {{ ref('rpt_unmatched') }} as u
inner join {{ ref('dim_source') }} as s on u.source_slug = s.source_slug
inner join (
    values
    ('municipality', 'Муниципалитет'),
    ('topic', 'Тематика'),
    ('recipient', 'Ответственный получатель'),
    ('channel', 'Канал поступления'),
    ('status', 'Состояние')
) as k (subject, title) on u.subject = k.subject
where {{ visible_rows() }}
