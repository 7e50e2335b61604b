-- What the BI views of the marts look like, with invented figures: the browser test can stand without dbt.
-- Deterministic; data end on 2026-11-20. Columns as in the contract of the bi_* views.
set timezone = 'UTC';

create function pg_temp.pick(options text[], seed int) returns text language sql immutable
    return options[1 + (abs(hashint4(seed)) % array_length(options, 1))];
create function pg_temp.draw(seed int, salt int) returns double precision language sql immutable
    return (abs(hashint4(seed * 31 + salt)::bigint) % 10000) / 10000.0;
create function pg_temp.period(day date) returns text language sql immutable
    return (array['январь', 'февраль', 'март', 'апрель', 'май', 'июнь', 'июль', 'август', 'сентябрь', 'октябрь',
        'ноябрь', 'декабрь'])[extract(month from day)::integer] || ' ' || extract(year from day);

create table bi.bi_as_of as select timestamptz '2026-11-20 18:00:00+03' as as_of;

create table bi.bi_marts_check as
select as_of, true as is_passed, null::timestamptz as refused_since, '✓ Проверка витрин пройдена'::text as state
from bi.bi_as_of;

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

create table bi.bi_feedback as
select
    feedback_key,
    case
        when channel like 'Плат%' then 'pos' when channel like '«Инц%' then 'incident' else 'registry'
    end as source_slug,
    case when channel like 'Плат%' then 'POS-2026-' when channel like '«Инц%' then 'ИМ-' else 'ОГ-' end
        || lpad(n::text, 6, '0') as record_ref,
    municipality, block, topic, 'Источник'::text as topic_source, 'Городская среда'::text as topic_group, recipient,
    channel,
    case when channel like 'Плат%' then 'Сообщение' when channel like '«Инц%' then 'Сообщение из открытых источников'
         else 'Обращение' end as kind,
    case when closed_at is null then 'На рассмотрении' else 'Дан ответ автору' end as status,
    closed_at is null as is_open,
    luck < 0.11 as is_repeat,
    luck between 0.11 and 0.14 as is_duplicate,
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

create table bi.bi_deadlines as
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
from bi.bi_feedback;

create table bi.bi_deadline_risk as
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
from bi.bi_deadlines as d
join bi.bi_feedback as f using (feedback_key)
cross join lateral (select (abs(hashtext(d.record_ref)) % 70 / 100.0)::double precision as share) as s
where d.status = 'В работе, срок не истёк' and d.left_days <= 5;

create table bi.bi_flows as
select
    received_on as date_on, pg_temp.period(received_on) as period, municipality, block, block as branch, topic, channel,
    case when channel in ('Личный приём', 'Письменное обращение') then 'Прочие каналы' else channel end
        as channel_group,
    count(*) filter (where not is_repeat and not is_duplicate) as new_count,
    count(*) filter (where is_repeat) as repeat_count, count(*) filter (where is_duplicate) as duplicate_count,
    count(*) filter (where is_overdue) as overdue_count, count(*) filter (where is_deferred) as deferred_count,
    count(*) filter (where not is_open) as closed_count,
    (date '2026-11-20' - received_on) / 7 as weeks_ago
from bi.bi_feedback group by 1, 2, 3, 4, 5, 6, 7;

create table bi.bi_flow_weeks as
select
    date_trunc('week', date_on)::date as week_on, weeks_ago, municipality, block, channel,
    sum(new_count + repeat_count + duplicate_count)::integer as received_count,
    sum(closed_count)::integer as closed_count, sum(overdue_count)::integer as overdue_count
from bi.bi_flows group by 1, 2, 3, 4, 5;

create table bi.bi_rating as
select
    period_month, pg_temp.period(period_month) as period, municipality,
    'Органы и подразделения администрации' as peer_group, 5 as peers_order, recipient,
    'Рейтинг по акту'::text as scheme, 'Положение о МЦУ'::text as legal_basis, items_count, on_time_share,
    satisfaction_share, completeness_share, median_days, score,
    score - 5 as score_low, least(score + 5, 100) as score_high,
    case when is_rated then rank() over (partition by period_month, is_rated order by score desc) end::int as rank,
    count(*) filter (where is_rated) over (partition by period_month, municipality)::int as peers_count,
    1 as rank_change, 1 as rank_low, 3 as rank_high,
    case when is_rated then '2 из 4 (места 1–3 неразличимы)' else 'мало данных: меньше 5' end as places,
    'от 1 до 2'::text as weights_ranks, 'В срок: ещё 2'::text as lift, 'В срок: 3,1'::text as cost, is_rated
from (
    select
        received_month as period_month, municipality, recipient, count(*) as items_count,
        avg((not is_overdue)::int)::double precision as on_time_share,
        avg((mark >= 4)::int)::double precision as satisfaction_share,
        avg((not is_deferred)::int)::double precision as completeness_share,
        percentile_cont(0.5) within group (order by final_days) as median_days,
        (100 * avg((not is_overdue)::int) * 0.7 + 30 * avg((not is_repeat)::int))::double precision as score,
        count(*) >= 5 as is_rated
    from bi.bi_feedback group by 1, 2, 3
) as r;

create table bi.bi_rating_schemes as
select
    'act_000'::text as scheme_code, 'Рейтинг по акту: месяц'::text as scheme, legal_basis, 'месяц'::text as period_kind,
    period_month as period_start, true as is_main, municipality, peer_group, peers_order, recipient as unit,
    items_count, median_days, score, score_low, score_high, rank, peers_count, rank_change, rank_low, rank_high, places,
    weights_ranks, lift, cost, is_rated
from bi.bi_rating;

create table bi.bi_rating_components as
select
    r.scheme_code, r.scheme, 'month'::text as period, r.period_start, pg_temp.period(r.period_start) as period_title,
    r.is_main, r.municipality, r.peer_group, r.peers_order, r.unit, r.rank, r.is_rated, c.sort_order, c.component,
    c.criterion,
    round(r.items_count * c.share, 0) as numerator, c.counted, r.items_count as denominator, c.share,
    c.share as expected_share, c.share as adjusted_share, 0.7 as peers_share, c.share * 0.9 as shrunk_share,
    c.weight, 100 * c.share as score, round(100 * c.weight * c.share, 4) as contribution, 1.5 as gap,
    c.sort_order * 2 as items_to_next, 'Как считается'::text as definition
from bi.bi_rating_schemes as r
cross join (
    values
    (2, 'В срок', 'сроки рассмотрения', 'ответов в срок', 0.8, 0.6),
    (4, 'Полнота по существу', 'полнота реагирования', 'вопросов с ответом по существу', 0.6, 0.4)
) as c (sort_order, component, criterion, counted, share, weight);

create table bi.bi_indicators as
select
    period_month, municipality, indicator_code, indicator, unit,
    case when unit = 'шт.' then 'count' else 'share' end as aggregation, numerator, denominator,
    case when unit = 'шт.' then numerator else numerator / nullif(denominator, 0) end as value, plan_value,
    case when plan_value is not null then 'МЦУ' end as plan_set_by,
    trunc(least(case direction when 'more' then numerator / nullif(denominator, 0) / plan_value
        when 'less' then plan_value / nullif(numerator / nullif(denominator, 0), 0) end, 1)::numeric, 4)
        ::double precision as achievement,
    lag(numerator) over months as previous_numerator, lag(denominator) over months as previous_denominator, direction,
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
        from bi.bi_feedback group by 1, 2
    ) as m,
    lateral (values
        ('new_count', 'Поступило обращений и сообщений', 'шт.', n, n, null::double precision, 'none'),
        ('repeat_share', 'Доля повторных', 'доля', repeats, n, 0.10, 'less'),
        ('overdue_share', 'Доля просроченных', 'доля', overdue, n, 0.05, 'less'),
        ('deferred_share', 'Доля отложенных', 'доля', deferred, n, 0.10, 'less'),
        ('on_time_share', 'Доля рассмотренных в срок', 'доля', n - overdue, n, 0.95, 'more'),
        ('first_reply_on_time_share', 'Доля первичных ответов в срок', 'доля', n - deferred, n, 0.95, 'more'),
        ('registration_on_time_share', 'Доля регистраций в срок', 'доля', n, n, 1.0, 'more'),
        ('satisfaction_share', 'Удовлетворённость ответом', 'доля', good, marks, 0.60, 'more')
    ) as v(indicator_code, indicator, unit, numerator, denominator, plan_value, direction)
) as i
window months as (partition by indicator_code, municipality order by period_month);

create table bi.bi_quality as
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

create table bi.bi_votes as
select
    'VOTE-' || n as record_ref, 'Мурманск'::text as municipality, 'Опрос'::text as kind,
    'Где поставить скамьи?'::text as title,
    date '2026-11-02' as started_on, date '2026-11-27' as ended_on, true as is_running, n as option_no,
    'Сквер ' || n as option_title,
    n * 40 as votes_count, round(n / 6.0, 4) as votes_share
from generate_series(1, 3) as n;

create table bi.bi_measures as
select
    md5('measure' || n)::uuid as measure_key, 'М-' || n as record_ref, 'Мурманск'::text as municipality,
    'Мероприятие'::text as kind,
    'Ремонт освещения, участок ' || n as title, 'ЖКХ'::text as block, 'Управление благоустройства'::text as recipient,
    'План на 2026 год'::text as basis, date '2026-11-10' + n as planned_on, null::date as done_on,
    (n * 10)::numeric as progress,
    'В работе'::text as status, true as is_open, n - 10 as days_left, n < 10 as is_overdue, false as is_done_late
from generate_series(1, 12) as n;

create table bi.bi_attention as
select
    d.feedback_key, d.record_ref, d.municipality, d.block,
    case when owner.is_unowned then 'Не назначен' else d.recipient end as recipient, d.channel, d.stage, d.due_at,
    d.due_on, d.status = 'В работе, срок нарушен' as is_overdue, owner.is_unowned,
    case when d.status = 'В работе, срок нарушен' then date '2026-11-20' - d.due_on end as overdue_days
from bi.bi_deadlines as d
cross join lateral (select abs(hashtext(d.record_ref)) % 3 = 0 as is_unowned) as owner
where d.status = 'В работе, срок нарушен' or d.status = 'В работе, срок не истёк' and d.due_on <= date '2026-11-23';

create table bi.bi_week_changes as
select
    v.flow, v.sort_order, v.direction, w.municipality, w.block, w.topic,
    coalesce(sum(v.amount) filter (where w.weeks_ago = 0), 0)::integer as this_week_count,
    coalesce(sum(v.amount) filter (where w.weeks_ago = 1), 0)::integer as previous_week_count
from bi.bi_flows as w
cross join lateral (
    values
    ('Поступило', 1, 'none', w.new_count + w.repeat_count + w.duplicate_count),
    ('Рассмотрено', 2, 'more', w.closed_count), ('Просрочено', 3, 'less', w.overdue_count),
    ('Повторные', 4, 'less', w.repeat_count), ('Отложено', 5, 'less', w.deferred_count)
) as v(flow, sort_order, direction, amount)
where w.weeks_ago <= 1
group by 1, 2, 3, 4, 5, 6;

create table bi.bi_unknowns as
select * from (values
    (1, 'Источник не отвечает', 'База регистрации: с 20.11.2026 09:10'),
    (2, 'Нет сведений', '«Инцидент Менеджмент»: молчит рабочих часов: 14, обычно до 8'),
    (3, 'Мало оценок', 'оценено 14 из 320 ответов за три месяца: Гиагинский район'),
    (4, 'Замечание проверки', 'Отклонённых записей нет — источников: 3')
) as v(weight, kind, what);

create table bi.bi_periods as
select distinct
    period_month,
    pg_temp.period(period_month) as period
from bi.bi_indicators;

create table bi.bi_channels as
select distinct channel
from bi.bi_flows;

create table bi.bi_blocks as
select
    municipality, block, block as branch, 'Заместитель главы администрации'::text as head_position,
    (count(*) filter (where is_open))::integer as open_count,
    (count(*) filter (where is_open and is_repeat))::integer as unowned_count,
    (count(*) filter (where is_open and is_overdue))::integer as overdue_count,
    (count(*) filter (where is_open and is_overdue))::integer as overdue_open_count,
    (count(*) filter (where is_open and received_on = date '2026-10-24'))::integer as due_soon_count,
    (count(*) filter (where received_on > date '2026-10-23'))::integer as received_count,
    (count(*) filter (where received_on between date '2026-09-26' and date '2026-10-23'))::integer
        as previous_received_count,
    (count(*) filter (where closed_at > timestamptz '2026-10-23 18:00+03'))::integer as closed_count
from bi.bi_feedback group by 1, 2;

create table bi.bi_marks as
select
    date_trunc('month', closed_at)::date as period_month, municipality, block, recipient,
    count(*)::integer as answers_count, count(mark)::integer as marks_count,
    (count(*) filter (where mark >= 4))::integer as good_count,
    (count(*) filter (where mark = 3))::integer as middling_count,
    (count(*) filter (where mark <= 2))::integer as bad_count
from bi.bi_feedback where closed_at is not null group by 1, 2, 3, 4;

create table bi.bi_citizen_clocks as
select
    municipality, recipient, count(*)::integer as problems_count,
    (count(*) filter (where not is_open))::integer as satisfied_count,
    (count(*) filter (where is_repeat))::integer as repeated_count,
    round(percentile_cont(0.5) within group (order by final_days)::numeric + 2, 2) as median_citizen_days,
    round(percentile_cont(0.5) within group (order by final_days)::numeric, 2) as median_executor_days,
    2.00 as median_gap_days
from bi.bi_feedback group by 1, 2;

create table bi.bi_external_comparison as
select
    period_month, municipality, indicator, unit, sort_order, indicator || ' (ЦУР)' as external_title,
    value * 0.9 as external_value, value as our_value, denominator as our_denominator, value * -0.1 as difference
from bi.bi_indicators where period_month >= date '2026-09-01' and indicator_code <> 'new_count' and value is not null;

create table bi.bi_page_figures as
select
    'ВКонтакте'::text as page_network, '99000000' || p as page_ref,
    (array['город Мурманск', 'Гиагинский район'])[p] as municipality, d::date as figure_on,
    2000 + p as members_count, 2 as posts_count, 900 * p as views_count, 30 as likes_count, 7 as comments_count,
    3 as reposts_count
from generate_series(1, 2) as p, generate_series(date '2026-09-01', date '2026-11-19', interval '1 day') as d;

create table bi.bi_sources as
select
    source, t as checked_at, t as last_new_at, case when state = 'Не отвечает' then t end as failing_since,
    t as accepted_at, 12 as loads_count, 1 as bad_loads_count, 3000 as read_count, 2900 as new_count,
    5 as rejected_count, 2 as waiting_rejects_count, state
from (values ('ПОС', 'Читается'), ('База регистрации', 'Не отвечает'), ('Электронная почта', 'Не подключён'))
    as v(source, state)
cross join (select timestamptz '2026-11-20 17:05+03' as t) as moment;

create table bi.bi_rejects as
select 'ПОС'::text as source, 'no_date'::text as reason_code, 'Не заполнена дата поступления'::text as reason,
       3 as rejects_count, 2 as waiting_count, t as first_at, t as last_at
from (select timestamptz '2026-11-20 17:05+03' as t) as moment;

create table bi.bi_unmatched as
select 'ПОС'::text as source, 'Тематика'::text as subject, 12 as unmatched_count, 3000 as items_count;

create table bi.bi_publications as
select date '2026-10-01' as period_month, municipality, 1 as revision, timestamptz '2026-11-02 07:00+03' as made_at,
       timestamptz '2026-11-02 03:30+03' as as_of, 'Первое направление'::text as state
from bi.bi_feedback group by municipality;

create table bi.bi_pages as
select
    p.sort_order, p.slug, p.title as page, m.municipality, m.period_month,
    (count(*) over (partition by p.slug, m.period_month))::integer as municipalities_count,
    (count(*) over (partition by p.slug, m.municipality))::integer as months_count
from (values (1, 'obstanovka', 'Обстановка'), (2, 'sroki', 'Сроки'), (3, 'rejting', 'Рейтинг'),
             (4, 'pokazateli', 'Показатели'), (5, 'kachestvo', 'Качество данных'),
             (6, 'ocenki', 'Удовлетворённость'), (7, 'otrasli', 'Отрасли'), (8, 'kanaly', 'Каналы'),
             (9, 'problemy', 'Проблемные сферы'))
    as p(sort_order, slug, title)
cross join (select distinct municipality, period_month from bi.bi_indicators) as m;

create table bi.bi_unowned as
select
    a.feedback_key, a.record_ref, a.municipality, a.channel, f.kind, f.topic, a.block, f.received_at, f.received_on,
    date '2026-11-20' - f.received_on as age_days, 'Исполнитель не назначен'::text as reason,
    f.recipient as suggested_recipient, a.due_at, a.due_on, a.is_overdue
from bi.bi_attention as a
join bi.bi_feedback as f using (feedback_key)
where a.is_unowned;

create table bi.bi_problem_areas as
select
    md5(municipality || topic)::uuid as area_key, municipality, 'Сфера'::text as kind, null::text as problem,
    (row_number() over (partition by municipality order by count(*) desc))::integer as rank_no,
    '1–3'::text as rank_range, min(block) as block, min(block) as branch, topic, 'Центр'::text as place,
    count(*)::numeric as score, (count(*) - 1)::integer as people_count, count(*)::integer as items_count,
    count(*) * 0.8 as expected_count, 1 as growth_leave, 1 as returned_count, 4 as returned_of,
    0.25 as returned_share, 1 as overdue_count, 5 as overdue_of, 0.2 as overdue_share, 0 as deferred_count,
    5 as deferred_of, 0.0 as deferred_share, date '2026-10-24' as first_on, date '2026-11-19' as last_on,
    'Пишут больше обычного'::text as why, 'Уйдёт из перечня, если заявителей станет меньше 3.'::text as leave
from bi.bi_feedback where received_on >= date '2026-10-24' group by municipality, topic having count(*) > 4;

create table bi.bi_map as
with places as (
    select
        municipality, count(*)::integer as open_count, (count(*) / 4)::integer as overdue_count,
        30000 + 100 * row_number() over (order by municipality) as x, -80000.0::double precision as y
    from bi.bi_feedback where is_open group by municipality
)
select
    'Край ' || s.municipality as region, s.municipality, s.kind, s.title, s.open_count, s.overdue_count,
    round(s.overdue_count::numeric / s.open_count, 6) as overdue_share, s.areas_count, s.located_count, s.layer,
    s.x - s.half as x_min, s.y - s.half as y_min, s.x + s.half as x_max, s.y + s.half as y_max, s.drawing, s.label
from places as p
cross join lateral (
    values
    (
        p.municipality, 'Муниципалитет', p.municipality, p.open_count, p.overdue_count, 1, null::integer, 2,
        p.x::double precision, p.y, 40,
        '<path class="share" fill-opacity="0.2" d="M' || p.x - 40 || ' ' || p.y - 40 || 'h80v80h-80Z"/>',
        '<text class="title" x="' || p.x || '" y="' || p.y - 40 || '" dy="-.4em">' || p.municipality || '</text>'
    ),
    (
        p.municipality, 'Место', 'Центр', p.open_count, p.overdue_count, 1, 12, 3, p.x::double precision, p.y, 0,
        '<path class="place area" style="stroke-width:2em" d="M' || p.x || ' ' || p.y || 'h0"/>',
        '<text class="small" x="' || p.x || '" y="' || p.y || '" dy="-.9em">Центр ▲</text>'
    )
) as s (
    municipality, kind, title, open_count, overdue_count, areas_count, located_count, layer, x, y, half, drawing, label
);

create table bi.bi_open_items as
select
    d.feedback_key, d.record_ref, d.municipality, d.block, d.recipient, d.channel, f.kind, f.received_at, f.received_on,
    d.stage, d.due_at, d.due_on, d.status as clock, d.is_overdue, false as is_unowned, 0 as without_deadline
from bi.bi_deadlines as d
join bi.bi_feedback as f using (feedback_key)
where f.is_open;

create table bi.bi_satisfaction as
select
    s.*, 'оценка ответа автором'::text as measure, sum(m.answers_count)::integer as answers_count,
    sum(m.marks_count)::integer as marks_count,
    round(sum(m.marks_count)::numeric / sum(m.answers_count), 6) as response_share,
    sum(m.good_count)::integer as good_count, sum(m.bad_count)::integer as bad_count,
    round(sum(m.good_count)::numeric / nullif(sum(m.marks_count), 0), 6) as satisfaction_share,
    0.4 as satisfaction_low, 0.8 as satisfaction_high, 1 as turned_good_count, 0 as turned_bad_count
from bi.bi_marks as m
cross join lateral (
    select m.period_month, pg_temp.period(m.period_month) as period, m.municipality, v.slice, v.slice_value
    from (
        values
        ('все ответы', 'все ответы'), ('отраслевой блок', m.block), ('ответственный получатель', m.recipient)
    ) as v (slice, slice_value)
) as s
group by s.period_month, s.period, s.municipality, s.slice, s.slice_value;

create table bi.bi_reply_audit as
select
    date_trunc('week', closed_at)::date as week_start, municipality, recipient, 'ПОС'::text as source, record_ref,
    topic, closed_at::date as answered_on, pg_temp.period(closed_at::date) as period,
    'ответ через 2 мин. после поручения'::text as evidence,
    is_repeat as is_strong, 12 as answers_count, (row_number() over (order by record_ref))::integer as place,
    'не рассмотрен'::text as verdict, null::smallint as expert_mark, null::date as reviewed_on
from bi.bi_feedback where closed_at >= timestamptz '2026-11-02 00:00+03' and is_deferred;

create table bi.bi_problems as
select
    md5('problem' || municipality || topic)::uuid as problem_key, topic || ': улица Садовая, 5' as problem,
    topic || ': улица Садовая, 5 (' || municipality || ', № 1)' as problem_card, municipality,
    min(block) as block, topic, 'Городская среда'::text as topic_group, 'Центр'::text as place,
    'улица Садовая, 5'::text as spot, (array['Открыта', 'Вернулась', 'Дан ответ'])[1 + count(*) % 3] as state,
    count(*)::integer as people_count, count(*)::integer as matters_count, count(*)::integer as messages_count,
    'Платформа обратной связи'::text as channels, 1 as channels_count, min(received_on) as first_on,
    max(received_on) as last_on, 1 as answered_count, 2 as open_count, null::timestamptz as answered_at,
    0 as returns_count, null::timestamptz as returned_at
from bi.bi_feedback where received_on >= date '2026-10-24' group by municipality, topic having count(*) > 6;

create table bi.bi_first_problems as
select
    problem_key, problem, problem_card, municipality, block, state, open_count = 0 as is_settled,
    row_number() over (partition by municipality, block order by people_count desc) as place_in_block, people_count,
    messages_count, channels, first_on, last_on, open_count, returns_count, 1 as block_problems_count
from bi.bi_problems;

create view bi.bi_problem_cards as
select problem_card, municipality, state, people_count
from bi.bi_first_problems
union all
select 'Проблем нет', m.municipality, null, 0
from (select distinct municipality from bi.bi_pages) as m
left join bi.bi_first_problems as p using (municipality)
where p.problem_card is null;

create table bi.bi_problem_items as
select
    p.problem_key, p.problem, p.problem_card, f.feedback_key, f.feedback_key as matter_key,
    '№ ' || ('x' || left(f.feedback_key::text, 7))::bit(28)::integer as matter, f.source_slug, f.record_ref,
    f.municipality, f.topic, f.channel, f.recipient, f.status, f.received_at, f.received_on,
    f.closed_at as answered_at, f.is_open, f.is_overdue, false as is_return, p.messages_count as items_count
from bi.bi_problems as p
join bi.bi_feedback as f using (municipality, topic)
where f.received_on >= date '2026-10-24';

create table bi.bi_problem_weeks as
select
    i.problem_key, i.problem_card, i.municipality, f.block, i.recipient,
    date_trunc('week', i.received_on)::date as week_on, i.channel, count(*)::integer as messages_count
from bi.bi_problem_items as i
join bi.bi_feedback as f using (feedback_key)
group by 1, 2, 3, 4, 5, 6, 7;

create table bi.bi_volume_surges as
select
    md5('surge' || n)::uuid as surge_key, 'город Мурманск'::text as municipality, 'Всплеск'::text as kind,
    'ЖКХ'::text as block, 'Отопление в доме'::text as topic, 'Все каналы'::text as channel,
    date '2026-11-10' - n as started_on, date '2026-11-18' - n as last_on, n = 1 as is_running, 40 * n as items_count,
    12.5 as expected_count, 40 * n - 12.5 as deviation, null::text as topics, 'Центр (+20)'::text as places,
    'Платформа обратной связи (+25)'::text as channels, 'новые (+24), повторные (+3)'::text as again,
    'С 10.11.2026 по 18.11.2026 поступило 40 при ожидаемых 12,5; по местам: Центр (+20).'::text as sentence
from generate_series(1, 3) as n;

create table bi.bi_silences as
select
    source, 'Гиагинский район'::text as municipality, topic, last_on, next_on, silent_days, expected_count,
    next_on is null as is_running, 'Последнее поступление 02.11.2026.'::text as sentence
from (
    values
    ('ПОС', 'Все темы', date '2026-11-02', null::date, 18, 14.2),
    ('Электронная почта', 'Вывоз мусора', date '2026-09-01', date '2026-10-01', 30, 9.5)
) as v (source, topic, last_on, next_on, silent_days, expected_count);

create table bi.bi_measure_checks as
select
    m.measure_key, m.record_ref, 'город Мурманск'::text as municipality, m.block, m.recipient, m.title,
    'Освещение улиц'::text as topic, 'Центр'::text as place, m.planned_on as done_on, v.verdict, v.is_named,
    20 as items_before, 18 as items_after, 15 as people_after, date '2026-11-19' as last_complaint_on,
    'Другие места муниципалитета'::text as compared_with, 30 as other_before, 31 as other_after, 0.9 as effect,
    0.6 as effect_low, 1.3 as effect_high, 'Исполнение жалобами не подтверждается.'::text as sentence
from bi.bi_measures as m
join (
    values ('М-1', 'Жалобы продолжаются', true), ('М-2', 'Подтверждено', false)
) as v (record_ref, verdict, is_named) using (record_ref);

create table bi.bi_problem_measures as
select
    p.problem_key, p.problem_card, m.measure_key, m.record_ref, m.kind, m.title, m.municipality, m.block, m.recipient,
    m.status, m.planned_on, m.done_on, m.is_overdue, 'Жалобы продолжаются'::text as verdict,
    'Исполнение жалобами не подтверждается.'::text as sentence
from bi.bi_problems as p
cross join bi.bi_measures as m
where m.record_ref in ('М-1', 'М-2');

create table bi.bi_problem_lists as
select
    v.record_ref, md5('area' || v.side)::uuid as area_key, 'город Мурманск'::text as municipality, v.topic,
    'Центр'::text as place, v.side, v.title, v.opened_on, v.closed_on, v.closed_on is null as is_open, v.messages_count,
    v.messages_count as our_items_count, 9 as our_people_count, 1 as measures_count
from (
    values
    ('П-1', 'Отопление в доме', 'Есть в обоих перечнях', 'Холодно в домах', date '2026-10-01', null::date, 40),
    (null, 'Вывоз мусора', 'Только у нас', null, null, null, null)
) as v (record_ref, topic, side, title, opened_on, closed_on, messages_count);

create table bi.bi_expected_volumes as
select
    d::date as date_on, m.municipality, v.level, v.block, 'Все темы'::text as topic, 'Все каналы'::text as channel,
    'Среда'::text as day_kind, 20 as items_count, 18.4 as expected_count, 10.0 as low_count, 30.0 as high_count,
    1.6 as deviation, 140 as week_count, 129.0 as week_expected, 100.0 as week_low_count, 160.0 as week_high_count,
    11.0 as week_deviation, 'Обычно'::text as state
from generate_series(date '2026-08-01', date '2026-11-19', interval '1 day') as d
cross join (select distinct municipality from bi.bi_indicators) as m
cross join (values ('Муниципалитет', 'Все блоки'), ('Отраслевой блок', 'ЖКХ')) as v (level, block);

create table bi.bi_dwell as
select
    o.municipality, o.block, r.recipient, r.recipient = 'весь блок' as is_whole_block, s.state, s.no as state_order,
    40 + s.no as stays_count, s.no as there_count, 3.5 * s.no as median_working_hours,
    19.0 * s.no as slow_working_hours, 1.2 * s.no as median_calendar_days, 6.5 * s.no as slow_calendar_days
from (select distinct municipality, block from owners) as o
cross join (values ('весь блок'), ('Комитет')) as r (recipient)
cross join (values ('Ожидает регистрации', 1), ('На рассмотрении у исполнителя', 3)) as s (state, no);

create table bi.bi_transitions as
select
    o.municipality, o.block, s.from_state, s.no as from_order, s.to_state, 12 as moves_count, 2 as handed_count,
    0.5 as moves_share, 6.25 as median_working_hours
from (select distinct municipality, block from owners) as o
cross join (
    values ('Ожидает регистрации', 1, 'На рассмотрении у исполнителя'), ('На рассмотрении у исполнителя', 3, 'Закрыто')
) as s (from_state, no, to_state);

create table bi.bi_open_daily as
select d::date as date_on, municipality, block, recipient, 20 + owner_no::int as open_count, 2 as deferred_count
from owners
cross join generate_series(date '2026-08-22', date '2026-11-19', interval '1 day') as d;

create table bi.bi_transfers as
select
    (row_number() over (partition by municipality order by record_ref))::integer as rank_no, municipality, block,
    recipient, channel, record_ref, received_at, 4 + is_deferred::int as transfers_count, 3 as hands_count,
    2 as returns_count, true as is_over_limit,
    'Комитет → Администрация города → Комитет'::text as circle, 'открыто'::text as state
from bi.bi_feedback where is_open and is_deferred;

create table bi.bi_workload as
select
    municipality, block, 'весь блок'::text as recipient, true as is_whole_block, open_count,
    received_count / 20.0 as received_per_day, closed_count / 20.0 as closed_per_day, 12.5 as in_hand_days,
    4.0 as items_per_day, 'принято по умолчанию'::text as norm_basis, 1.5 as employees,
    'оценка по закрытым'::text as employees_basis, 1.08 as load_share, 42.0 as expected_count, 31 as low_count,
    54 as high_count, '31–54'::text as expected_range
from bi.bi_blocks;

create table bi.bi_workload_staff as
select
    b.municipality, b.block, 'весь блок'::text as recipient, true as is_whole_block, c.change,
    c.change::text as staff_change, 2.0 + c.change as employees, b.open_count,
    greatest(b.open_count - 40 * c.change, 0)::numeric as backlog_count,
    greatest(b.open_count - 40 * c.change - 9, 0)::numeric as backlog_low,
    greatest(b.open_count - 40 * c.change, 0) + 9::numeric as backlog_high
from bi.bi_blocks as b
cross join (values (-1), (0), (1), (2)) as c (change);

create table bi.bi_recommendations as
select
    'm'::text as municipality_code, municipality, block, md5(municipality || block)::uuid as recommendation_key,
    'Закрепить исполнителя за каждой темой блока «' || block || '», чтобы обращения не ходили по кругу' as text,
    'передавали больше 3 раз или по кругу: 5 обращений'::text as basis, 'предложена'::text as status,
    2 as status_order, null::date as since, null::text as unit, null::text as reason, null::text as effect_text
from bi.bi_blocks
union all
select
    'm', 'город Мурманск', 'ЖКХ', md5('done')::uuid, 'Отвечать по существу', 'в выборках признаки отписки у 7 из 20',
    'выполнена', 3, date '2026-07-01', 'Руководитель МЦУ', null,
    'стало лучше: до 12 из 80 (15,0 %), после 3 из 70 (4,3 %)';

create table bi.bi_answer_templates as
select
    'город Мурманск'::text as municipality, v.template, 'любая'::text as theme, v.text,
    'принято по умолчанию'::text as legal_basis, 12 as uses_count, 3 as recent_count, 5 as marks_count,
    0.8 as good_share
from (
    values
    ('Работы выполнены', 'Работы выполнены {дата}, фото прилагается.'),
    ('Включено в план работ', 'Работы включены в план и будут завершены до {дата}.')
) as v (template, text);
