"""Checks of this installation: what is wrong, in plain words, and what to do about it."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Iterator
from pathlib import Path

from mcu.errors import UserError
from mcu.faults import in_words
from mcu.onboarding.sample import missing_in_maps
from mcu.privacy.pepper import guard
from mcu.runtime import doctor_airflow, doctor_backup, doctor_machine, doctor_sign_in
from mcu.runtime.finding import Finding
from mcu.runtime.services import superset_python
from mcu.runtime.superset_sync import fault_of_rights
from mcu.secrets import SecretMissing, connection_url
from mcu.seeds import SeedsFaulty, check_seeds
from mcu.settings import settings
from mcu.sources.registry import declared
from mcu.warehouse import copies, dbt
from mcu.warehouse.connect import connect
from mcu.warehouse.transform_runs import latest_judged_run


def examine() -> list[Finding]:
    """Run every check, causes before their consequences. A check that fails itself is a finding, too."""
    of_database = list(_run("база данных", doctor_machine.database))
    found = of_database + [finding for title, check in CHECKS.items() for finding in _run(title, check)]
    if all(finding.is_ok for finding in of_database):
        found += [finding for title, check in CHECKS_OF_DATA.items() for finding in _run(title, check)]
    return found


def _run(title: str, check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    try:
        yield from check()
    except Exception as error:  # the doctor answers whatever is broken
        words = in_words(error)
        why = str(words) if words else f"Внутренняя ошибка ({type(error).__name__}: {error})"
        yield Finding(False, f"Не удалось проверить: {title}", " ".join(why.split()))


def _sources() -> Iterator[Finding]:
    found = declared()
    for fault in found.faults:
        yield Finding(
            False,
            f"Источник {fault.slug} не загружается, ошибка в описании: {fault.message}",
            f"Исправьте файл {fault.path} и проверьте: mcu sources check {fault.slug}. Остальные источники работают.",
        )
    without = []
    for slug, spec in found.sources.items():
        try:
            connection_url(spec.connector.connection)
            yield Finding(True, f"Источник {slug}: описание верно, соединение задано")
        except SecretMissing:
            without.append(slug)
        except UserError as error:
            yield Finding(False, f"Источник {slug}: адрес соединения не читается", str(error))
    if without:  # a municipality has some of the systems, never all
        yield Finding(
            True,
            f"Не загружаются, у них нет адреса соединения: {', '.join(without)}",
            "Если источник нужен, задайте его: mcu sources connect ИСТОЧНИК (на сервере: connections.env).",
        )


def _seeds() -> Iterator[Finding]:
    try:
        check_seeds(dbt.PROJECT)
        yield Finding(True, "Справочники: ошибок нет")
    except SeedsFaulty as error:
        advice = "Исправьте строку; до этого витрины не пересчитываются, показаны прежние. Загрузки идут."
        for fault in error.fields["faults"]:
            yield Finding(False, f"Справочник с ошибкой: {fault}", advice)


def _rights() -> Iterator[Finding]:
    if not Path(superset_python()).exists():
        return  # a server's containers check it themselves when they start
    fault = fault_of_rights()
    advice = "Исправьте и выполните: mcu access sync. До этого действуют прежние права." if fault else ""
    yield Finding(fault is None, f"Права людей: {fault or 'у каждого есть строка, у каждой строки человек'}", advice)


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


def _answers() -> Iterator[Finding]:
    """What each source said at its last load: a refused connection, a wrong token."""
    for slug, error in _query("select source_slug, last_error from ops.source_state where last_error is not null"):
        advice = f"Исправьте адрес или ключ доступа (секрет соединения) и проверьте: mcu sources check {slug}"
        yield Finding(False, f"Источник {slug}: последняя загрузка не удалась. {error}", advice)


def _loads() -> Iterator[Finding]:
    rows = _query("select source_slug, count(*) from ops.loads where status = 'quarantined' group by 1")
    for slug, count in rows:
        yield Finding(
            False,
            f"Источник {slug}: загрузок в карантине — {count}",
            "mcu loads list; после исправления: mcu loads replay №",
        )
    if not rows:
        yield Finding(True, "Загрузок в карантине нет")


def _pepper() -> Iterator[Finding]:
    with connect("loader") as conn:
        guard(conn)
    yield Finding(True, "Ключ псевдонимов тот, которым созданы хранимые псевдонимы")


def _marts() -> Iterator[Finding]:
    with connect("loader") as conn:
        run = latest_judged_run(conn)
    if run is None:
        yield Finding(False, "Витрины ещё не рассчитаны и не проверены", "Выполните: make demo или mcu marts build")
    else:
        ok = run.status == "passed"
        yield Finding(
            ok,
            f"Витрины: {'рассчитаны и проверены' if ok else 'последний расчёт не принят'}",
            "" if ok else run.message or run.status,
        )
    with connect("transformer") as conn:
        gone = copies.missing(conn, "published")
    if gone:
        yield Finding(False, f"Нет витрин: {', '.join(gone)}", "Выполните: mcu marts build. Они будут созданы заново.")


def _maps() -> Iterator[Finding]:
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
    with connect("loader") as conn:
        return conn.execute(text).fetchall()  # type: ignore[arg-type]  # psycopg wants a literal; the texts are ours


CHECKS: dict[str, Callable[[], Iterator[Finding]]] = {
    "секреты": doctor_machine.secrets,
    "диск": doctor_machine.disk,
    "описания источников": _sources,
    "справочники": _seeds,
    "права людей": _rights,
    "вход в Superset": doctor_sign_in.sign_in,
    "службы": doctor_machine.services,
    "части Airflow": doctor_airflow.airflow_parts,
    "файлы DAG": doctor_airflow.dag_files,
    "почта": _mail,
    "резервные копии": doctor_backup.backups,
}
CHECKS_OF_DATA: dict[str, Callable[[], Iterator[Finding]]] = {
    "ключ псевдонимов": _pepper,
    "ответы источников": _answers,
    "загрузки": _loads,
    "витрины": _marts,
    "таблицы соответствия": _maps,
    "оповещения": _alerts,
    "архив журнала базы": doctor_backup.archive,
}
