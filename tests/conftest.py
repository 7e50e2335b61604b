"""Shared ground of the tests: one throw-away embedded PostgreSQL a session, real data beside the checkout."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

from ground import ROOT, SHARED_DATA, TABLES, changed_settings, empty_tables, free_port, skip_unless_ci

pytest_plugins = ["platform_fixture"]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data that is not part of the repository."""
    if not SHARED_DATA.is_dir():
        skip_unless_ci(f"нет данных для проверки: {SHARED_DATA}")
    return SHARED_DATA


@pytest.fixture(autouse=True)
def _settings_are_read_anew() -> Iterator[None]:
    """What a test set in the environment is gone with it, from the settings too: first in, last out."""
    from mcu.settings import settings

    yield
    settings.cache_clear()


@pytest.fixture(scope="session", autouse=True)
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty installation of its own: `var/` in a temporary folder, free ports, no city, nothing started.

    It stands before any other, so that a module's own installation gives the environment back to this one, and no test
    sees that of the checkout."""
    var = tmp_path_factory.mktemp("var")
    given = {
        "MCU_VAR": str(var),
        "MCU_PG_PORT": str(free_port()),
        "MCU_CITY_PORT": str(free_port()),
        "MCU_SMTP_PORT": str(free_port()),
        "MCU_IMAP_DEMO_PORT": str(free_port()),
        "MCU_AIRFLOW_PORT": str(free_port()),
        "MCU_SUPERSET_PORT": str(free_port()),
        "MCU_AS_OF": "2026-11-20T18:00:00+03:00",
        "MCU_RECIPIENT_MAIL_TEMPLATE": "{recipient_code}@localhost",
    }
    with changed_settings(given):
        yield var


@pytest.fixture(scope="module", autouse=True)
def _installation_is_back(installation: Path) -> Iterator[None]:
    """A file's tests that had an installation of their own leave this one to the next file of the worker."""
    yield
    assert os.environ["MCU_VAR"] == str(installation)


@pytest.fixture(scope="session")
def warehouse(installation: Path) -> Iterator[Path]:
    """A running PostgreSQL with the warehouse's schemas and roles."""
    from mcu.warehouse import bootstrap, embedded

    embedded.start()
    _spare_disk()
    bootstrap.bootstrap()
    yield installation
    embedded.stop()


def _spare_disk() -> None:
    """A throw-away server need not outlive the machine. A killed process still loses nothing: the kernel has the
    pages."""
    import psycopg
    from psycopg import sql

    from mcu.settings import settings
    from mcu.warehouse.connect import admin_url

    if settings().database_url:
        return
    with psycopg.connect(admin_url(), autocommit=True) as conn:
        for setting in ("fsync", "full_page_writes"):
            conn.execute(sql.SQL("alter system set {} = off").format(sql.Identifier(setting)))
        conn.execute("select pg_reload_conf()")


@pytest.fixture
def empty_warehouse(warehouse: Path) -> Path:
    """The warehouse with no load, no raw table and no result in it (dbt's relations stay); no kept or dropped file."""
    from mcu.settings import settings

    empty_tables()
    for folder in (settings().kept_files, settings().inbox):
        shutil.rmtree(folder, ignore_errors=True)
    return warehouse


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """What a worker has measured is printed with the rest."""
    for title, lines in getattr(node, "workeroutput", {}).get("tables", {}).items():
        TABLES.setdefault(title, []).extend(lines)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["tables"] = TABLES


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    """A file's tests share their ground, and all of the whole platform share one."""

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return "e2e" if file.startswith("tests/e2e/") and file != "tests/e2e/test_real_data.py" else file

    return Scheduling(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[Any]:
    """A captured log may hold a name in no encoding, which a worker cannot send."""
    report = yield
    report.sections = [(title, _encodable(text)) for title, text in report.sections]
    if report.longrepr and (said := str(report.longrepr)) != _encodable(said):
        report.longrepr = _encodable(said)
    return report


def _encodable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for title, lines in TABLES.items():
        terminalreporter.write_line("\n".join(["", title, *lines]))


_LONGEST = (
    "e2e/", "volumes/test_known_series", "dbt/test_dbt_incremental", "dbt/test_dbt_topics", "dbt/test_dbt_copies",
    "dbt/test_dbt_explained", "dbt/", "volumes/", "browser/", "superset/", "server/", "deadlines/", "sources/",
    "cases/", "city/", "test_docs_site", "test_imports", "privacy/",
)  # fmt: skip  # a table
"""What takes long, the longest first. The rest is short."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, so that the two workers end together. Beside the whole platform, whose Airflow takes its
    share of the two cores, run files that measure no time."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> tuple[bool, int]:
    path = item.path.relative_to(ROOT / "tests").as_posix()
    place = next((number for number, start in enumerate(_LONGEST) if path.startswith(start)), len(_LONGEST))
    return item.get_closest_marker("e2e") is None, place
