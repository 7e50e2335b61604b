"""Checks of the backups: is there one, how old is it, does PostgreSQL's log reach the archive."""

from __future__ import annotations

from collections.abc import Iterator

from mcu.backup.stored import PASSPHRASE, age_hours, backups_folder, stored_backups
from mcu.runtime.finding import Finding
from mcu.secrets import is_given
from mcu.settings import settings
from mcu.warehouse.connect import connect

OLDEST_HOURS = 26
"""A day, and two hours for a long backup."""


def backups() -> Iterator[Finding]:
    """The newest backup is not older than a day. A demonstration needs none."""
    if settings().companion:
        return
    found = stored_backups()
    if not is_given(PASSPHRASE):
        yield Finding(
            False, "Резервные копии не делаются: не задана парольная фраза",
            "Придумайте её, сохраните вне этой машины и задайте: MCU_SECRET_BACKUP_PASSPHRASE"
            f" или файл {settings().secrets_dir / PASSPHRASE}.",
        )  # fmt: skip  # a table
    elif not found:
        yield Finding(False, f"Резервной копии ещё нет: папка {backups_folder()}", "Выполните: mcu backup")
    else:
        hours = age_hours(found[-1])
        is_fresh = hours <= OLDEST_HOURS
        yield Finding(
            is_fresh, f"Последняя резервная копия сделана {hours:.0f} ч назад: {found[-1]}",
            "" if is_fresh else "Посмотрите, почему не выполнен DAG backup, или выполните: mcu backup",
        )  # fmt: skip  # a table


def archive() -> Iterator[Finding]:
    """PostgreSQL archives its log, where it is set to: otherwise the log fills the disk."""
    query = (
        "select current_setting('archive_mode') <> 'off', last_failed_time > coalesce(last_archived_time, '-infinity')"
        " from pg_stat_archiver"
    )
    with connect("loader") as conn:
        row = conn.execute(query).fetchone()
    is_on, fails = row or (False, None)
    if is_on:
        advice = "Проверьте папку архива (MCU_ARCHIVE): есть ли место и право записи. Причина в журнале PostgreSQL."
        what = "Журнал базы данных не попадает в архив" if fails else "Журнал базы данных попадает в архив"
        yield Finding(not fails, what, advice if fails else "")
