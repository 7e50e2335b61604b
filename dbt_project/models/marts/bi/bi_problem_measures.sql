-- Grain: problem × measure on its topic in its place, or in all places of the municipality.
select
    p.problem_key,
    v.problem_card,
    c.measure_key,
    c.record_ref,
    b.kind,
    b.title,
    b.municipality,
    b.block,
    b.recipient,
    b.status,
    b.planned_on,
    b.done_on,
    b.is_overdue,
    k.verdict,
    k.sentence
from {{ ref('fct_problems') }} as p
inner join {{ ref('bi_problems') }} as v on p.problem_key = v.problem_key
inner join {{ ref('fct_measures') }} as c
    on
        p.municipality_code = c.municipality_code
        and p.topic_code = c.topic_code
        and (c.place is null or lower(c.place) = lower(p.place))
inner join {{ ref('bi_measures') }} as b on c.measure_key = b.measure_key
left join {{ ref('bi_measure_checks') }} as k on c.measure_key = k.measure_key
-- the views of bi show what the person may see
where {{ visible_to('anyone') }}
