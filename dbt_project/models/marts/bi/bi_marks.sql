-- Grain: municipality × block × recipient × month of the answer, in the words that people read.
select
    k.period_month,
    m.short_title as municipality,
    b.title as block,
    r.title as recipient,
    k.answers_count,
    k.marks_count,
    k.good_count,
    k.middling_count,
    k.bad_count
from {{ ref('rpt_marks') }} as k
inner join {{ ref('dim_municipality') }} as m on k.municipality_code = m.municipality_code
inner join {{ ref('dim_sector_block') }} as b on k.block_code = b.block_code
inner join {{ ref('dim_recipient_name') }} as r
    on k.recipient_code = r.recipient_code
    and {{ in_force('r', "(k.period_month + interval '1 month' - interval '1 day')::date") }}
where {{ visible_rows('k.municipality_code', 'k.block_code', 'k.recipient_code') }}
