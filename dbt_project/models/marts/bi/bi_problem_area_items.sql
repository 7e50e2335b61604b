-- Grain: problem area on the list × item that counts in it, in the words that people read.
select
    i.area_key,
    i.feedback_key,
    f.source_slug,
    f.record_ref,
    m.short_title as municipality,
    t.title as topic,
    coalesce(nullif(i.place, ''), 'Место не указано') as place,
    c.title as channel,
    f.received_on,
    i.is_received,
    i.is_returned,
    i.is_due,
    i.is_overdue,
    i.is_decided,
    i.is_deferred
from {{ ref('rpt_problem_area_items') }} as i
inner join {{ ref('rpt_problem_areas') }} as a on i.area_key = a.area_key
inner join {{ ref('fct_feedback') }} as f on i.feedback_key = f.feedback_key
inner join {{ ref('dim_municipality') }} as m on i.municipality_code = m.municipality_code
inner join {{ ref('dim_topic') }} as t on i.topic_code = t.topic_code
inner join {{ ref('dim_channel') }} as c on f.channel_code = c.channel_code
where {{ visible_rows('i.municipality_code', 'f.block_code', 'f.recipient_code') }}
