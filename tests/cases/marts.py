"""One dbt build: what only the marts and the maps can show, and the staging of the sources that the cases land in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from psycopg import sql
from typer.testing import CliRunner

from ground import empty_tables
from mcu.cli import app
from mcu.landing.load import load_file
from mcu.settings import settings
from mcu.sources.registry import all_sources
from mcu.warehouse.connect import connect
from mcu.warehouse.copies import swap
from mcu.warehouse.dbt import Window, run_dbt
from tests.cases.casework import book, declared, delimited, pos_table

AS_OF = datetime(2026, 11, 20, 18, tzinfo=ZoneInfo("Europe/Moscow"))
STAGED = (
    "stg_pos_export__items",
    "stg_pos_export__events",
    "stg_measures__measures",
    "stg_ecpur__measures",
    "stg_telegram__events",
    "stg_telegram__unread",
    "stg_sed_delo__unread",
)


@dataclass(frozen=True)
class Marts:
    """`done`: item → whether its final deadline is done. `missing`: what `mcu maps missing` prints. `staging`: the SQL
    of models by name, over all that landed; their views go with the tables of raw, which every test drops."""

    done: dict[str, bool]
    missing: str
    staging: dict[str, str]


@pytest.fixture(scope="session")
def marts(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marts]:
    empty_tables()
    _land(tmp_path_factory.mktemp("marts"))
    no_tests = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
    models = ["+rpt_deadline_status", "+int_unread_values", "path:models/staging", "path:seeds"]
    run_dbt(["build", "--full-refresh", *no_tests, "--select", *models], window=Window(AS_OF, 0, 1_000))
    _swap()
    missing = CliRunner().invoke(app, ["maps", "missing"], env={"COLUMNS": "300"}).output
    with connect("transformer") as conn:
        done = conn.execute(
            "select f.record_ref, d.done_at is not null from marts.rpt_deadline_status as d"
            " join marts.fct_feedback as f using (feedback_key) where d.stage = 'final' and f.record_ref like 'Д-%'"
        ).fetchall()
    _swap()  # the compiled staging reads the seeds where dbt made them
    yield Marts(dict(done), missing, _staging())


@pytest.fixture(scope="session")
def staging(marts: Marts) -> dict[str, str]:
    """Name → SQL of the staging models that the cases are read through."""
    return marts.staging


def _swap() -> None:
    with connect("transformer") as conn:
        swap(conn)


def _land(folder: Path) -> None:
    """Accepted loads of two sources; all others have an empty table."""
    header, *rows = pos_table(
        [
            {"number": "Д-1", "status": "В работе"},
            {"number": "Д-2", "status": "В работе", "answered_at": "01.10.2026 10:00"},
            {"number": "Д-3", "answered_at": "03.11.2026 10:00"},
            {"number": "О-1", "answered_at": "03.11.2026 10:00", "mark": "пять с плюсом", "marked_at": "04.11.2026"},
        ],
        {"answered_at": "Дата ответа", "mark": "Оценка", "marked_at": "Дата оценки"},
    )
    (folder / "a.csv").write_text(delimited(rows, header=header))
    measure = {
        "Номер": "М-1", "Вид": "Поручение", "Муниципальное образование": "Мурманск", "Наименование": "Ремонт",
        "Срок исполнения": "30.11.2026", "Готовность, %": "почти готово", "Состояние": "В работе",
    }  # fmt: skip  # a table
    book(folder / "b.xlsx", [list(measure), list(measure.values())])
    for slug, name in (("pos_export", "a.csv"), ("measures", "b.xlsx")):
        load_file(declared(slug), folder / name)
    with connect("loader") as conn:
        conn.execute("update ops.loads set status = 'accepted', accepted_at = now(), accept_no = load_id")
        for slug in all_sources():
            conn.execute(
                sql.SQL("create table if not exists {} (like raw.pos_export)").format(sql.Identifier("raw", slug))
            )


def _staging() -> dict[str, str]:
    files = [path for path in settings().var.rglob("compiled/**/*.sql") if path.stem in STAGED]
    landed = "(select load_id from ops.loads where status in ('landed', 'accepted'))"
    return {
        path.stem: re.sub(r'"\w+"\."staging_next"\."stg_ops__accepted_loads"', landed, path.read_text(encoding="utf-8"))
        for path in files
    }
