"""A separate warehouse with the smallest marts that the mart gate and the publications read: names and columns as dbt
makes them, two municipalities, three items, two months."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from ground import changed_settings, free_port

AS_OF = "2026-11-20T15:00:00+00:00"


@contextmanager
def own_warehouse(var: Path) -> Iterator[Path]:
    """A running PostgreSQL besides that of the session, so that its marts do not affect other tests."""
    from mcu.warehouse import bootstrap, embedded
    from mcu.warehouse.connect import admin_url

    given = {
        "MCU_VAR": str(var),
        "MCU_PG_PORT": str(free_port()),
        "MCU_SMTP_PORT": str(free_port()),
        "MCU_RECIPIENT_MAIL_TEMPLATE": "{recipient_code}@localhost",
    }
    with changed_settings(given):
        try:
            embedded.start()
            with psycopg.connect(admin_url(), autocommit=True) as conn:
                # The cluster is deleted at the end: it need not survive a power cut.
                conn.execute("alter system set fsync = off")
                conn.execute("select pg_reload_conf()")
            bootstrap.bootstrap()
            yield var
        finally:
            embedded.stop()


def make_marts() -> None:
    """Make empty ledgers and faultless marts as of AS_OF, with one built transformation that waits for its gate."""
    from mcu.warehouse.connect import connect
    from mcu.warehouse.copies import empty_next
    from mcu.warehouse.raw_tables import ensure_raw_table

    with connect("transformer") as conn:
        empty_next(conn)
        conn.execute(_MARTS)
    with connect("loader") as conn:
        conn.execute("drop table if exists raw.pos")
        conn.execute(
            "truncate ops.loads, ops.quality_results, ops.alerts, ops.publications, ops.restated, ops.restated_ratings,"
            " ops.transform_runs"
            " restart identity cascade"
        )
        ensure_raw_table(conn, "pos")
        conn.execute(
            """insert into ops.loads (source_slug, status, read_count, new_count, accept_no, accepted_at)
               values ('pos', 'accepted', 3, 3, 1, now())"""
        )
        conn.execute(
            """insert into raw.pos select record_ref, '{}', sha256(record_ref::bytea), now(), 1
               from (values ('P-1'), ('P-2'), ('P-3')) as v(record_ref)"""
        )
        conn.execute(
            """insert into ops.transform_runs (as_of, accepted_upto, definition_hash, is_full, status, stands_in)
               values (%s, 1, 'd1', true, 'built', 'next')""",
            [AS_OF],
        )


def publish_marts() -> None:
    """Let people read what `make_marts` made, as its gate would."""
    from mcu.warehouse.connect import connect
    from mcu.warehouse.copies import publish

    with connect("transformer") as conn:
        publish(conn, 1, "Проверки пройдены.")


_MARTS = f"""
create table intermediate_next.int_schedules as
    select 'office' as schedule_code, 'office' as base_code, 'infinity'::date as known_to;
create table intermediate_next.int_work_intervals as
    select 'office' as schedule_code, starts_at, ends_at,
           sum(extract(epoch from ends_at - starts_at)) over (order by starts_at)
           - extract(epoch from ends_at - starts_at) as seconds_before,
           sum(extract(epoch from ends_at - starts_at)) over (order by starts_at) as seconds_after
    from generate_series(0, 90) as n
    cross join lateral (select date '2026-09-01' + n as day) as d
    cross join lateral (values (day + time '09:00', day + time '13:00'), (day + time '13:45', day + time '18:00'))
        as local(local_from, local_to)
    cross join lateral (values (local_from at time zone 'Europe/Moscow', local_to at time zone 'Europe/Moscow'))
        as i(starts_at, ends_at)
    where extract(isodow from day) < 6 and day <> date '2026-11-04';
create function intermediate_next.worked_seconds(schedule text, moment_from timestamptz, moment_to timestamptz)
returns bigint language sql stable as $$
    select (sum(extract(epoch from least(ends_at, moment_to) - greatest(starts_at, moment_from))))::bigint
    from intermediate_next.int_work_intervals
    where schedule_code = schedule and ends_at > moment_from and starts_at < moment_to
$$;
create table marts_next.dim_as_of as select timestamptz '{AS_OF}' as as_of;
create table marts_next.dim_date as select date '2015-01-01' as date_on;
create table marts_next.dim_municipality as
    select * from (values
        ('murmansk', 'город Мурманск', 'Положение о МЦУ Мурманска', 'ЦУР Мурманской области', 'Руководитель МЦУ', 1,
         'Мурманск'),
        ('giaginsky', 'Гиагинский район', 'Постановление № 244', 'ЦУР Республики Адыгея', 'Руководитель МЦУ района', 2,
         'Гиагинский район')
    ) as v(municipality_code, title, legal_basis, addressee, signatory, sort_order, short_title);
create table marts_next.dim_indicator as
    select * from (values
        ('new_count', 'Количество новых обращений', 'шт.', 'count', 'none', 'Поступило впервые', 'Руководитель МЦУ',
         null, null, 1, true),
        ('overdue_share', 'Доля просроченных', 'доля', 'share', 'less', 'Не исполнено к сроку / все', 'ЦУР',
         'Положение о МЦУ Мурманска, п. 4.4', 'murmansk', 2, true)
    ) as v(indicator_code, title, unit, aggregation, direction, formula, decided_by, legal_basis, act_of, sort_order,
           in_package);
create table marts_next.fct_ratings as
    select 'month 2026-10-01' as period_key, 'base.month' as scheme_code, 'month' as period,
           date '2026-10-01' as period_start, 'murmansk' as municipality_code, unit_code, 30 as items_count,
           score::numeric, rank, 2 as peers_count
    from (values ('murmansk.zhkh', 71.5, 1), ('murmansk.roads', 70.25, 2)) as v(unit_code, score, rank)
    union all
    select 'month 2026-11-01', 'base.month', 'month', date '2026-11-01', 'murmansk', 'murmansk.zhkh', 9, 60.0, 1, 2;
create table reference_next.deadline_rules as
    select 'pos_final' as rule_code, 'final' as stage, 'Ответ в ПОС' as title,
           null::text as municipality_code, date '2020-01-01' as valid_from,
           null::date as valid_to, '30 дней приняты по умолчанию' as legal_basis;
create table marts_next.fct_feedback as
    select md5('pos:' || record_ref)::uuid as feedback_key, 'pos' as source_slug, v.*,
           (received_at at time zone 'Europe/Moscow')::date as received_on, 'roads' as topic_code,
           'murmansk.zhkh' as recipient_code, 'registered' as status_code, 'Ленинский округ' as place
    from (values
        ('P-1', 'murmansk', 'appeal', timestamptz '2026-11-20 08:00+00', timestamptz '2026-11-20 09:00+00'),
        ('P-2', 'murmansk', 'message', timestamptz '2026-11-19 08:00+00', null),
        ('P-3', 'giaginsky', 'message', timestamptz '2026-11-18 08:00+00', null)
    ) as v(record_ref, municipality_code, kind, received_at, source_updated_at);
create table marts_next.fct_votes as
    select 'pos_votes' as source_slug, 'V-1' as record_ref, 'murmansk' as municipality_code,
           timestamptz '2026-10-01 08:00+00' as started_at, timestamptz '2026-11-19 08:00+00' as source_updated_at;
create table marts_next.fct_measures as
    select 'ecpur' as source_slug, 'M-1' as record_ref, md5('ecpur:M-1')::uuid as measure_key,
           'murmansk' as municipality_code, 'roads' as topic_code, 'murmansk.zhkh' as block_code,
           'murmansk.zhkh' as recipient_code, 'in_progress' as status_code,
           timestamptz '2026-11-19 08:00+00' as source_updated_at;
create table marts_next.fct_external_problems as
    select 'bi_rcc_problems' as source_slug, 'П-1' as record_ref, 'murmansk' as municipality_code,
           'roads' as topic_code, timestamptz '2026-11-19 08:00+00' as source_updated_at;
create table marts_next.fct_external_figures as
    select 'bi_rcc_figures' as source_slug, 'F-1' as record_ref, 'murmansk' as municipality_code,
           timestamptz '2026-11-19 08:00+00' as source_updated_at;
create table marts_next.fct_deadlines as
    select feedback_key, stage, received_at as started_at, received_at + interval '3 days' as due_at
    from marts_next.fct_feedback cross join unnest(array['registration', 'final']) as stage where kind = 'appeal';
create table marts_next.rpt_open_items as
    select source_slug, record_ref, 'pos' as channel_code, false as is_without_deadline from marts_next.fct_feedback;
create table intermediate_next.int_clocks as select feedback_key, stage from marts_next.fct_deadlines;
create table intermediate_next.int_events as
    select feedback_key, 'received' as event_code, received_at as occurred_at from marts_next.fct_feedback;
create table intermediate_next.int_unread_values
    (source_slug text, record_ref text, field text, value text);
create table marts_next.fct_flows as
    select municipality_code, count(*)::int as new_count, 0 as repeat_count, 0 as duplicate_count
    from marts_next.fct_feedback group by 1;
create table marts_next.fct_indicator_values as
    select indicator_code, municipality_code, period_month,
           case when indicator_code = 'new_count' then 40 else 10 end::numeric as numerator,
           40::bigint as denominator, case when indicator_code = 'new_count' then 40 else 0.25 end as value,
           case when indicator_code = 'overdue_share' then 0.1 end as plan_value,
           case when indicator_code = 'overdue_share' then 'МЦУ' end as plan_set_by,
           case when indicator_code = 'overdue_share' then 'Принято по умолчанию до решения ЦУР' end as plan_basis
    from marts_next.dim_indicator cross join marts_next.dim_municipality
    cross join unnest(array[date '2026-10-01', date '2026-11-01']) as period_month;
create table marts_next.rpt_indicator_items
    (indicator_code text, municipality_code text, period_month date, feedback_key uuid, numerator int, denominator int);
create table marts_next.dim_topic as select 'roads' as topic_code, 'Дороги' as title;
create table marts_next.dim_sector_block as select 'murmansk.zhkh' as block_code, 'ЖКХ' as title;
create table marts_next.rpt_silences (source_slug text, municipality_code text, topic_code text, last_on date,
    silent_days integer, expected_count numeric, surprise numeric, is_running boolean, is_cause boolean);
create table marts_next.rpt_volume_surges (surge_key uuid, level text, municipality_code text, block_code text,
    topic_code text, state text, started_on date, items_count integer, expected_count numeric, deviation numeric,
    is_running boolean, is_cause boolean);
create table marts_next.rpt_volume_contributions (surge_key uuid, dimension text, value text, contribution numeric);
create table marts_next.rpt_volume_today (level text, municipality_code text, block_code text, topic_code text,
    items_count integer, expected_by_now numeric, is_surge boolean);
create table marts_next.rpt_measure_checks as
    select measure_key, 'confirmed' as verdict from marts_next.fct_measures;
create table marts_next.rpt_reconciliation as
    select 'pos' as source_slug, 3 as raw_records, 3 as in_feedback, 0 as missing, 0 as extra;
"""
