"""A separate warehouse with the smallest marts that the mart gate and the publications read: names and columns as dbt
makes them, two municipalities, three items, two months."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from ground import free_port

AS_OF = "2026-11-20T15:00:00+00:00"


@contextmanager
def own_warehouse(var: Path) -> Iterator[Path]:
    """A running PostgreSQL besides that of the session, so that its marts do not affect other tests."""
    from mcu.settings import settings
    from mcu.warehouse import bootstrap, embedded
    from mcu.warehouse.connect import admin_url

    given = {"MCU_VAR": str(var), "MCU_PG_PORT": str(free_port()), "MCU_SMTP_PORT": str(free_port())}
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    settings.cache_clear()
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
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})
        settings.cache_clear()


def make_marts() -> None:
    """Make empty ledgers and faultless marts as of AS_OF, with one built transformation."""
    from mcu.warehouse.connect import connect
    from mcu.warehouse.raw_tables import ensure_raw_table

    with connect("transformer") as conn:
        conn.execute(_MARTS)
    with connect("loader") as conn:
        conn.execute("drop table if exists raw.pos")
        conn.execute(
            "truncate ops.loads, ops.quality_results, ops.alerts, ops.publications, ops.transform_runs"
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
            """insert into ops.transform_runs (as_of, accepted_upto, definition_hash, is_full, status)
               values (%s, 1, 'd1', true, 'built')""",
            [AS_OF],
        )


_MARTS = f"""
drop table if exists intermediate.int_schedules, intermediate.int_work_intervals, marts.dim_as_of, marts.dim_date,
    marts.dim_municipality, marts.dim_indicator,
    marts.fct_feedback, marts.fct_deadlines, marts.fct_flows, marts.fct_indicator_values, marts.rpt_reconciliation,
    marts.fct_votes, marts.fct_measures, marts.fct_external_problems, marts.fct_external_figures,
    intermediate.int_clocks, intermediate.int_events, intermediate.int_unread_values cascade;
create table intermediate.int_schedules as
    select 'office' as schedule_code, 'office' as base_code, 'infinity'::date as known_to;
create table intermediate.int_work_intervals as
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
create or replace function intermediate.worked_seconds(schedule text, moment_from timestamptz, moment_to timestamptz)
returns bigint language sql stable as $$
    select (sum(extract(epoch from least(ends_at, moment_to) - greatest(starts_at, moment_from))))::bigint
    from intermediate.int_work_intervals
    where schedule_code = schedule and ends_at > moment_from and starts_at < moment_to
$$;
create table marts.dim_as_of as select timestamptz '{AS_OF}' as as_of;
create table marts.dim_date as select date '2015-01-01' as date_on;
create table marts.dim_municipality as
    select * from (values ('murmansk', 'город Мурманск', 1), ('giaginsky', 'Гиагинский район', 2))
    as v(municipality_code, title, sort_order);
create table marts.dim_indicator as
    select * from (values
        ('new_count', 'Количество новых обращений', 'шт.', 'count', 'none', 'Поступило впервые', 'Руководитель МЦУ',
         null, 1),
        ('overdue_share', 'Доля просроченных', 'доля', 'share', 'less', 'Не исполнено к сроку / все', 'ЦУР', 'п. 4.4',
         2)
    ) as v(indicator_code, title, unit, aggregation, direction, formula, decided_by, legal_basis, sort_order);
create table marts.fct_feedback as
    select md5('pos:' || record_ref)::uuid as feedback_key, 'pos' as source_slug, v.*,
           (received_at at time zone 'Europe/Moscow')::date as received_on, 'roads' as topic_code,
           'murmansk.zhkh' as recipient_code, 'registered' as status_code, 'Ленинский округ' as place
    from (values
        ('P-1', 'murmansk', 'appeal', timestamptz '2026-11-20 08:00+00', timestamptz '2026-11-20 09:00+00'),
        ('P-2', 'murmansk', 'message', timestamptz '2026-11-19 08:00+00', null),
        ('P-3', 'giaginsky', 'message', timestamptz '2026-11-18 08:00+00', null)
    ) as v(record_ref, municipality_code, kind, received_at, source_updated_at);
create table marts.fct_votes as
    select 'pos_votes' as source_slug, 'V-1' as record_ref, 'murmansk' as municipality_code,
           timestamptz '2026-10-01 08:00+00' as started_at, timestamptz '2026-11-19 08:00+00' as source_updated_at;
create table marts.fct_measures as
    select 'ecpur' as source_slug, 'M-1' as record_ref, 'murmansk' as municipality_code,
           'murmansk.zhkh' as block_code, 'murmansk.zhkh' as recipient_code, 'in_progress' as status_code,
           timestamptz '2026-11-19 08:00+00' as source_updated_at;
create table marts.fct_external_problems as
    select 'bi_rcc_problems' as source_slug, 'П-1' as record_ref, 'murmansk' as municipality_code,
           'roads' as topic_code, timestamptz '2026-11-19 08:00+00' as source_updated_at;
create table marts.fct_external_figures as
    select 'bi_rcc_figures' as source_slug, 'F-1' as record_ref, 'murmansk' as municipality_code,
           timestamptz '2026-11-19 08:00+00' as source_updated_at;
create table marts.fct_deadlines as
    select feedback_key, stage, received_at as started_at, received_at + interval '3 days' as due_at
    from marts.fct_feedback cross join unnest(array['registration', 'final']) as stage where kind = 'appeal';
create table intermediate.int_clocks as select feedback_key, stage from marts.fct_deadlines;
create table intermediate.int_events as
    select feedback_key, 'received' as event_code, received_at as occurred_at from marts.fct_feedback;
create table intermediate.int_unread_values
    (source_slug text, record_ref text, field text, value text);
create table marts.fct_flows as
    select municipality_code, count(*)::int as new_count, 0 as repeat_count from marts.fct_feedback group by 1;
create table marts.fct_indicator_values as
    select indicator_code, municipality_code, period_month, 1::numeric as numerator, 4::numeric as denominator,
           case when indicator_code = 'new_count' then 4 else 0.25 end as value,
           case when indicator_code = 'overdue_share' then 0.1 end as plan_value
    from marts.dim_indicator cross join marts.dim_municipality
    cross join unnest(array[date '2026-10-01', date '2026-11-01']) as period_month;
create table marts.rpt_reconciliation as
    select 'pos' as source_slug, 3 as raw_records, 3 as in_feedback, 0 as missing, 0 as extra;
"""
