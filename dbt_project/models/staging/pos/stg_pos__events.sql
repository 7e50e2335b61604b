-- Grain: one thing that happened to a message or appeal of the ПОС.
-- The history decides; a date column counts only for events that the history does not name.
-- Not materialized, so that a query for one record finds it in raw by its index.
with versions as not materialized (
    {{ latest_versions('pos') }}
),

history as (
    select
        v.record_ref,
        coalesce(n.event_code, 'unknown') as event_code,
        {{ instant("h.entry ->> 'at'") }} as occurred_at,
        h.entry ->> 'organization' as recipient_ref,
        case when n.event_code is null then h.entry ->> 'event' end as detail,
        true as is_history
    from versions as v
    cross join lateral jsonb_array_elements(
        case when jsonb_typeof(v.payload -> 'history') = 'array' then v.payload -> 'history' else '[]' end
    ) as h (entry)
    left join (
        values
        ('Создано', 'received'),
        ('Зарегистрировано', 'registered'),
        ('Назначено', 'assigned'),
        ('Перенаправлено', 'forwarded'),
        ('Направлен запрос', 'requested'),
        ('Получен ответ на запрос', 'request_answered'),
        ('Первый ответ', 'first_reply'),
        ('Промежуточный ответ', 'interim_reply'),
        ('Отложено', 'deferred'),
        ('Срок продлён', 'extended'),
        ('Приостановлено', 'paused'),
        ('Снято с паузы', 'resumed'),
        ('Ответ дан', 'final_reply'),
        ('Оценено', 'marked'),
        ('Ответ отклонён автором', 'rejected_by_author'),
        ('Возобновлено', 'reopened'),
        ('Закрыто', 'closed')
    ) as n (event_ref, event_code) on h.entry ->> 'event' = n.event_ref
),

columns as (
    select
        v.record_ref,
        c.event_code,
        {{ instant('c.moment') }} as occurred_at,
        null::text as recipient_ref,
        null::text as detail,
        false as is_history
    from versions as v
    cross join lateral (
        values
        ('received', v.payload ->> 'createdAt'),
        ('registered', v.payload ->> 'registeredAt'),
        ('interim_reply', v.payload -> 'answer' ->> 'interimAt'),
        ('final_reply', v.payload -> 'answer' ->> 'at'),
        ('marked', v.payload ->> 'ratedAt')
    ) as c (event_code, moment)
    where c.moment is not null
),

weighed as (
    select
        *,
        bool_or(is_history) over (partition by record_ref, event_code) as has_history
    from (
        select * from history
        union all
        select * from columns
    ) as every_event
)

select
    'pos' as source_slug,
    record_ref,
    event_code,
    occurred_at,
    recipient_ref,
    detail
from weighed
where
    occurred_at is not null
    and (is_history or not has_history)
