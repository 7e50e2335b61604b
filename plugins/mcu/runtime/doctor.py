"""Checks of this installation: what is wrong, in plain words, and what to do about it."""

from __future__ import annotations

import shutil
import smtplib
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg

from mcu.errors import UserError
from mcu.onboarding.sample import missing_in_maps
from mcu.runtime.platform import all_services
from mcu.secrets import connection_url
from mcu.settings import settings
from mcu.sources.registry import declared
from mcu.warehouse import embedded
from mcu.warehouse.connect import connect
from mcu.warehouse.transform_runs import latest_run


@dataclass(frozen=True)
class Finding:
    """One result; `what` and `advice` are shown to МЦУ staff."""

    is_ok: bool
    what: str
    advice: str = ""


def examine() -> list[Finding]:
    """Run every check, causes before their consequences."""
    findings: list[Finding] = []
    for check in (_secrets, _disk, _database, _sources, _services, _mail, _loads, _marts, _maps, _alerts):
        try:
            findings += list(check())
        except psycopg.Error as error:
            findings.append(
                Finding(False, f"Не удалось проверить: {check.__name__.strip('_')} ({type(error).__name__})")
            )
    return findings


def _secrets() -> Iterator[Finding]:
    folder = settings().secrets_dir
    if not folder.exists():
        return
    loose = [p.name for p in folder.iterdir() if p.stat().st_mode & 0o077]
    yield Finding(
        not loose,
        "Секреты доступны только владельцу" if not loose else f"Секреты открыты другим: {', '.join(loose)}",
        f"Выполните: chmod 600 {folder}/*" if loose else "",
    )


def _disk() -> Iterator[Finding]:
    free = shutil.disk_usage(settings().var if settings().var.exists() else settings().var.parent).free / 2**30
    yield Finding(
        free > 3, f"Свободно на диске: {free:.0f} ГБ", "" if free > 3 else "Освободите место: нужно не менее 3 ГБ."
    )


def _database() -> Iterator[Finding]:
    running = embedded.is_running()
    advice = "" if running else "Запустите: make up. Если не помогло, смотрите var/postgres/postgres.log."
    yield Finding(running, f"База данных {'отвечает' if running else 'не отвечает'} (порт {embedded.port()})", advice)


def _sources() -> Iterator[Finding]:
    found = declared()
    for fault in found.faults:
        yield Finding(
            False,
            f"Источник {fault.slug} не загружается, ошибка в описании: {fault.message}",
            f"Исправьте файл {fault.path} и проверьте: mcu sources check {fault.slug}. Остальные источники работают.",
        )
    for slug, spec in found.sources.items():
        try:
            connection_url(spec.connector.connection)
            yield Finding(True, f"Источник {slug}: описание верно, соединение задано")
        except UserError as error:
            yield Finding(False, f"Источник {slug}: соединение не задано", str(error))


def _services() -> Iterator[Finding]:
    for service in all_services():
        ok = service.is_up()
        log = settings().logs / f"{service.name}.log"
        yield Finding(
            ok,
            f"{service.title}: {'работает' if ok else 'не работает'}",
            "" if ok else f"Запустите: make up. Журнал: {log}",
        )


def _mail() -> Iterator[Finding]:
    s = settings()
    try:
        smtplib.SMTP(s.smtp_host, s.smtp_port, timeout=5).quit()
        yield Finding(True, f"Почта: сервер {s.smtp_host}:{s.smtp_port} отвечает, оповещения получает {s.alert_to}")
    except OSError:
        advice = (
            "Проверьте MCU_SMTP_HOST и MCU_SMTP_PORT: оповещения копятся в ops.alerts и уйдут, когда почта заработает."
        )
        yield Finding(False, f"Почта: сервер {s.smtp_host}:{s.smtp_port} не отвечает", advice)


def _loads() -> Iterator[Finding]:
    rows = _query("select source_slug, count(*) from ops.loads where status = 'quarantined' group by 1")
    for slug, count in rows:
        yield Finding(
            False,
            f"Источник {slug}: загрузок в карантине — {count}",
            "mcu loads list; после исправления: mcu loads replay №",
        )
    for slug, error in _query("select source_slug, last_error from ops.source_state where last_error is not null"):
        yield Finding(False, f"Источник {slug}: последняя загрузка не удалась", error)
    if not rows:
        yield Finding(True, "Загрузок в карантине нет")


def _marts() -> Iterator[Finding]:
    run = None
    if embedded.is_running():
        with connect("loader") as conn:
            run = latest_run(conn)
    if run is None:
        yield Finding(False, "Витрины ещё не рассчитаны", "Выполните: make demo или mcu marts build")
    else:
        ok = run.status == "passed"
        yield Finding(
            ok,
            f"Витрины: {'рассчитаны и проверены' if ok else 'последний расчёт не принят'}",
            "" if ok else run.message or run.status,
        )


def _maps() -> Iterator[Finding]:
    if not embedded.is_running():
        return
    unknown = missing_in_maps()
    yield Finding(
        not unknown,
        f"Значений источников, которых нет в таблицах соответствия: {len(unknown)}",
        "Готовые строки для таблиц: mcu maps missing" if unknown else "",
    )


def _alerts() -> Iterator[Finding]:
    for title, opened in _query(
        "select title, opened_at from ops.alerts where closed_at is null and severity = 'critical'"
    ):
        yield Finding(
            False,
            f"Открыто оповещение с {opened.astimezone(settings().tz):%d.%m.%Y %H:%M}: {title}",
            "Смотрите письмо.",
        )


def _query(text: str) -> list[tuple]:
    if not embedded.is_running():
        return []
    with connect("loader") as conn:
        return conn.execute(text).fetchall()  # type: ignore[arg-type]  # psycopg wants a literal; the texts are ours
