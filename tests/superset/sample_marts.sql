-- What the BI views of the marts look like, with invented figures: the browser test can stand without dbt.
-- Deterministic; data end on 2026-11-20. Columns as in the contract of the bi_* views.
set timezone = 'UTC';

create function pg_temp.pick(options text[], seed int) returns text language sql immutable
    return options[1 + (abs(hashint4(seed)) % array_length(options, 1))];
create function pg_temp.draw(seed int, salt int) returns double precision language sql immutable
    return (abs(hashint4(seed * 31 + salt)::bigint) % 10000) / 10000.0;

create table marts.bi_as_of as select timestamptz '2026-11-20 18:00:00+03' as as_of;

create temporary table owners as
select row_number() over (order by municipality, block)::int - 1 as owner_no, *
from (values
    ('город Мурманск', 'ЖКХ', 'Комитет по жилищной политике'),
    ('город Мурманск', 'ЖКХ', 'Управление капитального ремонта'),
    ('город Мурманск', 'Дороги и благоустройство', 'Комитет по развитию городского хозяйства'),
    ('город Мурманск', 'Дороги и благоустройство', 'Учреждение «Дорожное хозяйство»'),
    ('город Мурманск', 'Образование', 'Комитет по образованию'),
    ('город Мурманск', 'Транспорт', 'Предприятие «Городской транспорт»'),
    ('Губкинский городской округ', 'ЖКХ', 'Управление жилищно-коммунального комплекса'),
    ('Губкинский городской округ', 'ТКО', 'Отдел экологии'),
    ('Губкинский городской округ', 'Социальная политика', 'Управление социальной политики'),
    ('Губкинский городской округ', 'Дороги', 'Управление транспорта и дорог'),
    ('Ломоносовский район', 'ЖКХ', 'Комитет по жилищно-коммунальному хозяйству'),
    ('Ломоносовский район', 'ТКО', 'Отдел природопользования'),
    ('Ломоносовский район', 'Дороги', 'Сектор дорожного хозяйства'),
    ('Гиагинский район', 'ЖКХ', 'Отдел архитектуры и хозяйства'),
    ('Гиагинский район', 'Образование', 'Управление образования'),
    ('город Новошахтинск', 'ЖКХ', 'Управление городского хозяйства'),
    ('город Новошахтинск', 'Здравоохранение', 'Отдел по социальным вопросам'),
    ('город Новошахтинск', 'Благоустройство', 'Служба благоустройства')
) as v(municipality, block, recipient);

create temporary table items as
select
    n,
    md5('sample:' || n)::uuid as feedback_key,
    o.municipality, o.block, o.recipient,
    pg_temp.pick(array['Платформа обратной связи', 'Платформа обратной связи', '«Инцидент Менеджмент»',
                       '«Инцидент Менеджмент»', '«Инцидент Менеджмент»', 'Обращение через ЕПГУ', 'Письменное обращение',
                       'Личный приём'], n + 5) as channel,
    pg_temp.pick(array['Уборка снега и наледи', 'Уборка снега и наледи', 'Ремонт дорог и тротуаров', 'Отопление в доме',
                       'Отопление в доме', 'Вывоз мусора', 'Освещение улиц', 'Содержание дворов',
                       'Расписание автобусов', 'Приём в детский сад', 'Протечка кровли', 'Запись к врачу',
                       'Безнадзорные животные', 'Горячая вода', 'Плата за жильё'], n + 77) as topic,
    timestamptz '2024-11-21 07:00:00+03'
        + make_interval(secs => 728.9 * 86400 * power(n / 6000.0, 0.93) + 3600 * 9 * pg_temp.draw(n, 1)) as received_at,
    case when pg_temp.draw(n, 2) < 0.985 then round((1 + 34 * power(pg_temp.draw(n, 3), 1.4))::numeric, 2) end as days,
    pg_temp.draw(n, 4) as luck
from generate_series(1, 6000) as n
join owners o on o.owner_no = least(17, (18 * power(pg_temp.draw(n, 9), 1.35))::int);

create table marts.bi_feedback as
select
    feedback_key,
    case
        when channel like 'Плат%' then 'pos' when channel like '«Инц%' then 'incident' else 'registry'
    end as source_slug,
    case when channel like 'Плат%' then 'POS-2026-' when channel like '«Инц%' then 'ИМ-' else 'ОГ-' end
        || lpad(n::text, 6, '0') as record_ref,
    municipality, block, topic, 'Городская среда'::text as topic_group, recipient, channel,
    case when channel like 'Плат%' then 'Сообщение' when channel like '«Инц%' then 'Сообщение из открытых источников'
         else 'Обращение' end as kind,
    case when closed_at is null then 'На рассмотрении' else 'Дан ответ автору' end as status,
    closed_at is null as is_open,
    luck < 0.11 as is_repeat,
    luck > 0.94 as is_deferred,
    closed_at is null and received_at < timestamptz '2026-10-21 18:00+03' or days > 30 as is_overdue,
    received_at, received_at::date as received_on, date_trunc('month', received_at)::date as received_month, closed_at,
    days::double precision as final_days, (days * 6)::double precision as first_reply_hours,
    case
        when days is not null and luck < 0.42 then least(5, 1 + (abs(hashint4(n + 3)) % 9 + 3) / 2)
    end::smallint as mark,
    null::text as place, null::double precision as latitude, null::double precision as longitude
from (select *, case when days is not null and received_at + make_interval(secs => days::float * 86400)
             <= timestamptz '2026-11-20 18:00+03' then received_at + make_interval(secs => days::float * 86400)
                 end as closed_at
      from items) as i;

create table marts.bi_deadlines as
select
    feedback_key, record_ref, municipality, block, recipient, channel,
    'Окончательный ответ'::text as stage, '59-ФЗ, статья 12, часть 1'::text as legal_basis,
    received_at as started_at, received_at + interval '30 days' as due_at,
    (received_at + interval '30 days')::date as due_on, closed_at as done_at,
    case when closed_at <= received_at + interval '30 days' then 'Исполнено в срок'
         when closed_at is not null then 'Исполнено с нарушением срока'
         when received_at + interval '30 days' < timestamptz '2026-11-20 18:00+03' then 'В работе, срок нарушен'
         else 'В работе, срок не истёк' end as status,
    coalesce(closed_at, timestamptz '2026-11-20 18:00+03') > received_at + interval '30 days' as is_overdue,
    round(
        (extract(epoch from received_at + interval '30 days' - timestamptz '2026-11-20 18:00+03') / 86400)::numeric, 1
    )
        ::double precision as left_days
from marts.bi_feedback;

create table marts.bi_deadline_risk as
select
    d.feedback_key, d.record_ref, d.municipality, d.block, d.recipient, d.channel, f.topic, d.stage, d.due_at, d.due_on,
    round((d.left_days * 6)::numeric, 1)::double precision as left_working_hours,
    40 + abs(hashtext(d.recipient)) % 60 as peers_count,
    'Исполнитель и тема'::text as peers_level, s.share as expected_miss_share,
    case when s.share >= 0.5 then 'Высокий' when s.share >= 0.2 then 'Средний' else 'Низкий' end as risk,
    'Окончательный ответ. Основание: 59-ФЗ, статья 12, часть 1. Срок — 30 календарных дней, '
    || 'исчисляется с момента регистрации ('
    || to_char(d.started_at at time zone 'Europe/Moscow', 'DD.MM.YYYY HH24:MI')
    || '); день начала в срок не входит. Срок истекает '
    || to_char(d.due_at at time zone 'Europe/Moscow', 'DD.MM.YYYY HH24:MI') || '.' as explanation
from marts.bi_deadlines as d
join marts.bi_feedback as f using (feedback_key)
cross join lateral (select (abs(hashtext(d.record_ref)) % 70 / 100.0)::double precision as share) as s
where d.status = 'В работе, срок не истёк' and d.left_days <= 5;

create table marts.bi_flows as
select
    received_on as date_on, municipality, block, topic, channel,
    count(*) filter (where not is_repeat) as new_count, count(*) filter (where is_repeat) as repeat_count,
    count(*) filter (where is_overdue) as overdue_count, count(*) filter (where is_deferred) as deferred_count,
    count(*) filter (where not is_open) as closed_count
from marts.bi_feedback group by 1, 2, 3, 4, 5;

create table marts.bi_rating as
select
    period_month, municipality, recipient, items_count, on_time_share, satisfaction_share, completeness_share,
    median_days, score,
    case when is_rated then rank() over (partition by period_month, is_rated order by score desc) end::int as rank,
    is_rated
from (
    select
        received_month as period_month, municipality, recipient, count(*) as items_count,
        avg((not is_overdue)::int)::double precision as on_time_share,
        avg((mark >= 4)::int)::double precision as satisfaction_share,
        avg((not is_deferred)::int)::double precision as completeness_share,
        percentile_cont(0.5) within group (order by final_days) as median_days,
        (100 * avg((not is_overdue)::int) * 0.7 + 30 * avg((not is_repeat)::int))::double precision as score,
        count(*) >= 5 as is_rated
    from marts.bi_feedback group by 1, 2, 3
) as r;

create table marts.bi_indicators as
select
    period_month, municipality, indicator_code, indicator, unit,
    case when unit = 'шт.' then 'count' else 'share' end as aggregation, numerator, denominator,
    case when unit = 'шт.' then numerator else numerator / nullif(denominator, 0) end as value, plan_value, direction,
    array_position(array['new_count', 'repeat_share', 'overdue_share', 'deferred_share', 'on_time_share',
        'first_reply_on_time_share', 'registration_on_time_share', 'satisfaction_share'], indicator_code) as sort_order
from (
    select
        received_month as period_month, municipality, v.*
    from (
        select
            received_month, municipality, count(*)::double precision as n,
            count(*) filter (where is_repeat)::double precision as repeats,
            count(*) filter (where is_overdue)::double precision as overdue,
            count(*) filter (where is_deferred)::double precision as deferred,
            count(mark)::double precision as marks, count(*) filter (where mark >= 4)::double precision as good
        from marts.bi_feedback group by 1, 2
    ) as m,
    lateral (values
        ('new_count', 'Поступило обращений и сообщений', 'шт.', n, null::double precision, null::double precision,
         'none'),
        ('repeat_share', 'Доля повторных', 'доля', repeats, n, 0.10, 'less'),
        ('overdue_share', 'Доля просроченных', 'доля', overdue, n, 0.05, 'less'),
        ('deferred_share', 'Доля отложенных', 'доля', deferred, n, 0.10, 'less'),
        ('on_time_share', 'Доля рассмотренных в срок', 'доля', n - overdue, n, 0.95, 'more'),
        ('first_reply_on_time_share', 'Доля первичных ответов в срок', 'доля', n - deferred, n, 0.95, 'more'),
        ('registration_on_time_share', 'Доля регистраций в срок', 'доля', n, n, 1.0, 'more'),
        ('satisfaction_share', 'Удовлетворённость ответом', 'доля', good, marks, 0.60, 'more')
    ) as v(indicator_code, indicator, unit, numerator, denominator, plan_value, direction)
) as i;

create table marts.bi_quality as
select rule_code, stage, subject, case subject when 'pos' then 'ПОС' when 'incident' then '«Инцидент Менеджмент»'
       when 'registry' then 'База регистрации' else 'Витрины' end as subject_title, severity, owner, title, is_passed,
       observed, threshold,
       timestamptz '2026-11-20 18:00+03' - make_interval(hours => age) as checked_at
from (values
    ('RAW-001', 'raw', 'pos', 'critical', 'data_engineer', 'Обязательные поля заполнены', true, '0',
     'записей без обязательного поля нет'),
    ('RAW-004', 'raw', 'pos', 'critical', 'data_engineer', 'Прочитано не меньше, чем заявил источник', true, '0',
     'недостача не больше 0'),
    ('RAW-006', 'raw', 'incident', 'warning', 'data_engineer', 'Отклонённых записей нет', false, '3',
     'отклонено не больше 0'),
    ('RAW-001', 'raw', 'registry', 'critical', 'data_engineer', 'Обязательные поля заполнены', true, '0',
     'записей без обязательного поля нет'),
    ('MART-001', 'mart', 'marts', 'critical', 'data_engineer', 'Ни одна запись не потеряна', true, '0',
     'потерянных записей нет'),
    ('MART-007', 'mart', 'marts', 'warning', 'curator', 'Все тематики сопоставлены', false, '12',
     'несопоставленных нет')
) as v(rule_code, stage, subject, severity, owner, title, is_passed, observed, threshold)
cross join generate_series(0, 2) as age;

create table marts.bi_votes as
select
    'VOTE-' || n as record_ref, 'Мурманск'::text as municipality, 'Опрос'::text as kind,
    'Где поставить скамьи?'::text as title,
    date '2026-11-02' as started_on, date '2026-11-27' as ended_on, true as is_running, n as option_no,
    'Сквер ' || n as option_title,
    n * 40 as votes_count, round(n / 6.0, 4) as votes_share
from generate_series(1, 3) as n;

create table marts.bi_measures as
select
    md5('measure' || n)::uuid as measure_key, 'М-' || n as record_ref, 'Мурманск'::text as municipality,
    'Мероприятие'::text as kind,
    'Ремонт освещения, участок ' || n as title, 'ЖКХ'::text as block, 'Управление благоустройства'::text as recipient,
    'План на 2026 год'::text as basis, date '2026-11-10' + n as planned_on, null::date as done_on,
    (n * 10)::numeric as progress,
    'В работе'::text as status, true as is_open, n - 10 as days_left, n < 10 as is_overdue, false as is_done_late
from generate_series(1, 12) as n;
