-- Grain: one answer of the weekly sample, in the words that people read. A reason to look at it, and no verdict.
select
    a.week_start,
    m.short_title as municipality,
    r.title as recipient,
    s.title as source,
    a.record_ref,
    t.title as topic,
    a.answered_on,
    {{ period_ru('a.answered_on') }} as period,
    a.evidence,
    a.is_strong,
    a.answers_count,
    a.place,
    case a.verdict
        when 'substantive' then 'По существу'
        when 'partial' then 'Неполный ответ'
        when 'hollow' then 'Отписка'
        when 'communication_error' then 'Ошибка коммуникации'
        when 'conflict' then 'Конфликтная ситуация'
        else 'не рассмотрен'
    end as verdict,
    a.expert_mark,
    a.reviewed_on
from {{ ref('rpt_reply_audit') }} as a
inner join {{ ref('dim_municipality') }} as m on a.municipality_code = m.municipality_code
inner join {{ ref('dim_recipient_name') }} as r
    on a.recipient_code = r.recipient_code and {{ in_force('r', 'a.answered_on') }}
inner join {{ ref('dim_source') }} as s on a.source_slug = s.source_slug
left join {{ ref('dim_topic') }} as t on a.topic_code = t.topic_code
where {{ visible_rows('a.municipality_code', recipient='a.recipient_code') }}
