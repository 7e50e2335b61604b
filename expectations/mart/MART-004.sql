-- Values of sources that no map knows, by kind of value, if they are more than a share.
with refs as (
    select record_ref, codes.*
    from marts_next.fct_feedback
    cross join lateral (
        values
        ('Муниципалитет', municipality_code),
        ('Тема', topic_code),
        ('Получатель', recipient_code),
        ('Статус', status_code)
    ) as codes (title, code)
    union all
    select record_ref, codes.*
    from marts_next.fct_measures
    cross join lateral (
        values
        ('Муниципалитет мероприятия', municipality_code),
        ('Отраслевой блок мероприятия', block_code),
        ('Ответственный за мероприятие', recipient_code),
        ('Статус мероприятия', status_code),
        ('Тема мероприятия', topic_code)
    ) as codes (title, code)
    union all
    select distinct record_ref, 'Муниципалитет голосования', municipality_code
    from marts_next.fct_votes
    union all
    select record_ref, codes.*
    from marts_next.fct_external_problems
    cross join lateral (
        values ('Муниципалитет проблемы ЦУР', municipality_code), ('Тема проблемы ЦУР', topic_code)
    ) as codes (title, code)
    union all
    select record_ref, 'Муниципалитет показателя ЦУР', municipality_code
    from marts_next.fct_external_figures
),

orphans as (
    select title, record_ref, coalesce(code, 'unknown') = 'unknown' as is_orphan from refs
),

counted as (
    select
        title,
        count(*) filter (where is_orphan) as orphans,
        count(*) as items,
        (array_agg(record_ref order by record_ref) filter (where is_orphan))[:5] as examples
    from orphans
    group by title
)

select
    title as subject,
    case when orphans * 100 > items * :percent then orphans else 0 end as failed_count,
    'не распознано ' || orphans || ' из ' || items as observed,
    examples
from counted
