"""The marts that the weekly note reads, small, in two municipalities: beside those of `quality.minimal_marts`."""

from __future__ import annotations

import csv

from ground import ROOT
from mcu.warehouse.connect import connect
from quality.minimal_marts import make_marts, publish_marts

WEEK = "2026-W46"
"""The last whole week before `minimal_marts.AS_OF`."""

SEEDS = ("recipient_cases", "publication_addressees", "municipality_map", "municipalities", "rating_schemes")


def make_note_marts() -> None:
    """Make and publish them."""
    make_marts()
    with connect("transformer") as conn:
        conn.execute(_MARTS)
        for name in SEEDS:
            with (ROOT / "dbt_project" / "seeds" / f"{name}.csv").open(encoding="utf-8") as file:
                header, *lines = csv.reader(file)
            conn.execute(f"create table reference_next.{name} ({', '.join(f'{column} text' for column in header)})")
            with conn.cursor() as cursor:
                places = ", ".join(["%s"] * len(header))
                rows = [[value or None for value in line] for line in lines]
                cursor.executemany(f"insert into reference_next.{name} values ({places})", rows)
    publish_marts()


_MARTS = """
create table marts_next.rpt_body_requests as
    select 'sed_delo' as source_slug, 'Д-' || n as record_ref, place as municipality_code,
           case n %% 3 when 0 then 'outgoing' else 'incoming' end as direction, 'murmansk.zhkh' as recipient_code,
           timestamptz '2026-10-01 06:00+00' + n * interval '1 day' as sent_at,
           timestamptz '2026-10-16 20:59+00' + n * interval '1 day' as due_at,
           case when n %% 4 < 3 then timestamptz '2026-10-10 06:00+00' + n * interval '1 day' end as answered_at,
           case n %% 4 when 3 then 'running_late' when 2 then 'late' else 'met' end as status
    from (values ('murmansk')) as p(place) cross join generate_series(0, 19) as n;
drop table if exists marts_next.dim_sector_block, marts_next.dim_topic, marts_next.dim_recipient,
    marts_next.fct_flows, marts_next.rpt_measure_control, marts_next.fct_measures,
    marts_next.rpt_measure_checks, marts_next.fct_feedback, marts_next.rpt_open_items,
    marts_next.rpt_deadline_risk, marts_next.fct_votes, marts_next.fct_problems, marts_next.rpt_problem_areas,
    marts_next.rpt_ratings, marts_next.fct_reply_reviews cascade;
alter table marts_next.dim_municipality add column time_zone text default 'Europe/Moscow';
create table marts_next.dim_sector_block as
    select place || '.' || code as block_code, place as municipality_code, title, n as sort_order,
           'Заместитель главы администрации' as lead_position
    from (values ('murmansk'), ('giaginsky')) as p(place)
    cross join (values ('zhkh', 'ЖКХ и благоустройство', 1), ('roads', 'Дороги', 2)) as b(code, title, n);
create table marts_next.dim_topic as
    select * from (values ('roads', 'Ремонт дороги'), ('heat', 'Отопление ниже 18 °C'), ('unknown', 'Не сопоставлено'))
        as v(topic_code, title);
create table marts_next.dim_recipient as
    select * from (values
        ('murmansk.zhkh', 'Управление жилищно-коммунального хозяйства администрации города Мурманска'),
        ('murmansk.new', 'Дирекция городского парка'), ('none', 'Не назначен'), ('unknown', 'Не сопоставлено')
    ) as v(recipient_code, title);
create table marts_next.fct_flows as
    select date '2025-10-06' + n as date_on, place as municipality_code, place || '.' || block as block_code,
           topic as topic_code, 'pos' as channel_code, (n * 7 + length(place) + length(block)) %% 5 as new_count,
           n %% 2 as repeat_count, 0 as duplicate_count, (n + 1) %% 3 as overdue_count, n %% 4 / 3 as deferred_count,
           n %% 6 as closed_count
    from generate_series(0, 410) as n
    cross join (values ('murmansk'), ('giaginsky')) as p(place)
    cross join (values ('zhkh', 'heat'), ('roads', 'roads')) as b(block, topic);
create table marts_next.rpt_measure_control as
    select md5(place || n)::uuid as measure_key, place as municipality_code, 'measure' as kind,
           'Отремонтировать улицу 8 Марта, участок ' || n as title,
           place || case when n %% 3 = 0 then '.roads' else '.zhkh' end as block_code,
           'murmansk.zhkh' as recipient_code, 'heat' as topic_code, date '2026-10-01' + n * 9 as planned_on,
           case when n in (4, 5) then date '2026-11-05' + n end as done_on, n not in (4, 5) as is_open,
           case when n in (4, 5) then 'done' else 'in_progress' end as status_code,
           case when n not in (4, 5) then date '2026-10-01' + n * 9 - date '2026-11-20' end as days_left,
           n not in (4, 5) and date '2026-10-01' + n * 9 < date '2026-11-20' as is_overdue, n = 4 as is_done_late
    from (values ('murmansk'), ('giaginsky')) as p(place) cross join generate_series(-3, 7) as n;
create table marts_next.fct_measures as
    select measure_key, title, recipient_code from marts_next.rpt_measure_control;
create table marts_next.rpt_measure_checks as
    select measure_key, municipality_code, done_on, 9 as days_after, 14 as items_after, 11 as items_before,
           12 as people_after, case when is_done_late then 'goes_on' else 'confirmed' end as verdict
    from marts_next.rpt_measure_control where done_on is not null;
create table marts_next.fct_feedback as
    select md5(place || n)::uuid as feedback_key, place as municipality_code, 'message' as kind,
           place || '.zhkh' as block_code, case when n %% 7 = 0 then 'unknown' else 'heat' end as topic_code,
           case when n %% 5 = 0 then 'none' else 'murmansk.zhkh' end as recipient_code,
           date '2026-10-20' + n / 4 as received_on, 'pos' as source_slug, 'P-' || n as record_ref,
           timestamptz '2026-10-21 06:00+00' + n / 4 * interval '1 day' as registered_at,
           case when n %% 4 > 0 then 'улица № ' || n %% 4 end as place, false as is_duplicate, n %% 2 = 0 as is_open,
           n %% 6 = 0 as is_deferred,
           case when n %% 3 = 0 then 1 + n %% 5 end as mark,
           case when n %% 3 = 0 then timestamptz '2026-11-01 09:00+00' + n * interval '4 hours' end as marked_at
    from (values ('murmansk'), ('giaginsky')) as p(place) cross join generate_series(1, 120) as n;
insert into marts_next.fct_feedback
    select md5('appeal' || n)::uuid, 'murmansk', 'appeal', 'murmansk.zhkh', 'heat', 'murmansk.zhkh', 
           date '2026-10-01' + n, 'registry', 'R-' || n, timestamptz '2026-10-02 06:00+00' + n * interval '1 day', null,
           false, false, false
    from generate_series(1, 15) as n;
alter table marts_next.fct_feedback add column channel_code text default 'registry_epgu',
    add column status_code text default 'answered';
update marts_next.fct_feedback set channel_code = 'unknown' where record_ref = 'R-13';
update marts_next.fct_feedback set status_code = 'forwarded' where record_ref = 'R-14';
create table marts_next.dim_channel as
    select * from (values ('registry_epgu', true), ('unknown', null)) as v(channel_code, is_direct);
create table marts_next.fct_feedback_events as
    select feedback_key, 'extended' as event_code from marts_next.fct_feedback where record_ref = 'R-15';
create table marts_next.fct_questions as
    select md5('appeal' || n)::uuid as feedback_key, q as question_no, '0005.0005.0056.1161' as classifier_code,
           case n when 3 then 'Transferred' when 4 then null else 'Explained' end as result_code,
           case n when 4 then null when 5 then date '2026-10-01' else date '2026-10-10' + n end as result_on
    from generate_series(1, 15) as n cross join generate_series(1, 2) as q where n <> 6 or q = 1;
update marts_next.fct_questions set result_code = null, result_on = null
where feedback_key in (md5('appeal14')::uuid, md5('appeal15')::uuid) and question_no = 2;
update marts_next.fct_questions set classifier_code = 'нет кода'
where feedback_key = md5('appeal7')::uuid and question_no = 2;
create table marts_next.fct_problems as
    select md5('problem')::uuid as problem_key, 'Яма у дома 7 на улице Полярной' as title;
create table marts_next.rpt_problem_areas as
    select md5(place || n)::uuid as area_key, case n when 1 then 'problem' else 'sphere' end as area_kind,
           place as municipality_code, place || '.roads' as block_code, 'roads' as topic_code,
           case n when 2 then '' else 'улица 8 Марта' end as place, 40 - n as people_count, 50 - n as items_count,
           12.34 as expected_count, n as returned_count, 3 as overdue_count, n = 2 as is_by_growth,
           n = 3 as is_by_returned, n > 2 as is_by_overdue, 100 - n as score
    from (values ('murmansk')) as p(place) cross join generate_series(1, 5) as n;
update marts_next.rpt_problem_areas set area_key = md5('problem')::uuid where area_kind = 'problem';
create table marts_next.rpt_ratings as
    select 'act_000' as scheme_code, 'month' as period, month::date as period_start, place as municipality_code,
           place || '.unit' || n as unit_code, 'Отдел № ' || n as unit_title, 'Органы' as peers_title, n as rank,
           greatest(n - 1, 1) as rank_low, n + (n %% 2) as rank_high, 6 as peers_count, case n when 1 then 2 when 2 then
           -1 when 3 then 1 else 0 end as rank_change, 10 + n as items_count, 100.0 - n as score, true as is_main
    from (values ('murmansk')) as p(place) cross join generate_series(1, 6) as n
    cross join unnest(array[date '2026-09-01', date '2026-10-01', date '2026-11-01']) as month;
alter table marts_next.rpt_ratings add column legal_basis text default 'принято по умолчанию',
    add column scheme_title text default 'Рейтинг: квартал', add column min_items int default 10,
    add column peers text default 'groups', add column peers_order int default 1, add column lift text;
insert into marts_next.rpt_ratings
    select 'base.quarter', 'quarter', date '2026-07-01', municipality_code, unit_code, unit_title, peers_title,
           case when rank < 6 then rank end, rank_low, rank_high, 5, rank_change, items_count, score, false,
           legal_basis, scheme_title, min_items, peers, peers_order, 'В срок: ещё 3'
    from marts_next.rpt_ratings where period_start = '2026-10-01';
create table marts_next.rpt_recommendations as
    select md5('own')::uuid as recommendation_key, 'murmansk' as municipality_code, 'accepted' as status,
           date '2026-11-02' as since, 'Отвечать с фото работ за 3 дня' as text;
create table marts_next.fct_reply_reviews as
    select feedback_key, date '2026-11-09' + (n %% 10)::int as reviewed_on, true as is_latest,
           (array['substantive', 'hollow', 'conflict', 'communication_error'])[1 + n %% 4] as verdict
    from (select feedback_key, row_number() over (order by feedback_key) as n from marts_next.fct_feedback) as f;
create table marts_next.rpt_open_items as
    select feedback_key, municipality_code, block_code, case when n %% 9 = 0 then 'murmansk.new' else recipient_code end
           as recipient_code, case when n %% 4 = 0 then 'running_late' else 'running' end as status,
           timestamptz '2026-11-01 06:00+00' + n * interval '5 hours' as due_at
    from (select *, row_number() over (order by feedback_key) as n from marts_next.fct_feedback where is_open) as f;
create table marts_next.rpt_deadline_risk as
    select feedback_key, municipality_code from marts_next.fct_feedback where is_open and mark is null;
create table marts_next.fct_votes as
    select 'pos_votes' as source_slug, 'V-' || n as record_ref, 'murmansk' as municipality_code,
           'Каким быть скверу на улице 50 лет Октября?' as title,
           timestamptz '2026-11-11 09:00+00' + n * interval '6 days' as ended_at, option as option_no, n * 100 + option
           as votes_count
    from generate_series(0, 2) as n cross join generate_series(1, 3) as option;
""".replace("%%", "%")
