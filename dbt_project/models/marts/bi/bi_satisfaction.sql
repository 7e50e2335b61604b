-- Grain: month × municipality × slice × its value, in the words that people read; and the polls, each by its first
-- month.
select
    s.period_month,
    {{ period_ru('s.period_month') }} as period,
    m.short_title as municipality,
    case s.slice
        when 'all' then 'все ответы'
        when 'block' then 'отраслевой блок'
        when 'recipient' then 'ответственный получатель'
        when 'channel' then 'канал'
        else 'тематика'
    end as slice,
    coalesce(b.title, r.title, c.title, t.title, 'все ответы') as slice_value,
    'оценка ответа автором' as measure,
    s.answers_count,
    s.marks_count,
    s.response_share,
    s.good_count,
    s.bad_count,
    s.satisfaction_share,
    s.satisfaction_low,
    s.satisfaction_high,
    s.turned_good_count,
    s.turned_bad_count
from {{ ref('rpt_satisfaction') }} as s
inner join {{ ref('dim_municipality') }} as m on s.municipality_code = m.municipality_code
left join {{ ref('dim_sector_block') }} as b on s.slice = 'block' and s.value_code = b.block_code
left join {{ ref('dim_recipient_name') }} as r
    on
        s.slice = 'recipient'
        and s.value_code = r.recipient_code
        and {{ in_force('r', "(s.period_month + interval '1 month' - interval '1 day')::date") }}
left join {{ ref('dim_channel') }} as c on s.slice = 'channel' and s.value_code = c.channel_code
left join {{ ref('dim_topic') }} as t on s.slice = 'topic' and s.value_code = t.topic_code
where
    {{
        visible_rows(
            's.municipality_code',
            block="case s.slice when 'block' then s.value_code end",
            recipient="case s.slice when 'recipient' then s.value_code end",
            whole_recipient=true
        )
    }}
union all
select
    n.period_month,
    {{ period_ru('n.period_month') }} as period,
    m.short_title as municipality,
    'опрос' as slice,
    p.title as slice_value,
    'опрос' as measure,
    null::integer as answers_count,
    p.marks_count::integer as marks_count,
    null::numeric as response_share,
    p.good_count::integer as good_count,
    null::integer as bad_count,
    p.satisfaction_share,
    p.satisfaction_low,
    p.satisfaction_high,
    null::integer as turned_good_count,
    null::integer as turned_bad_count
from {{ ref('rpt_survey_satisfaction') }} as p
inner join {{ ref('dim_municipality') }} as m on p.municipality_code = m.municipality_code
cross join lateral (select date_trunc('month', p.started_at at time zone m.time_zone)::date as period_month) as n
where {{ visible_rows('p.municipality_code') }}
