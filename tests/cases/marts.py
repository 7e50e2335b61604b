"""One full build over records of several kinds: what only the marts and the maps can tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from ground import empty_tables
from mcu.cli import app
from mcu.landing.load import load_file
from mcu.quality.gate import raw_gate
from mcu.warehouse.connect import connect
from mcu.warehouse.transform import transform
from tests.cases.casework import book, declared, delimited, pos_table
from tests.dbt.dbt_in_one_process import dbt_in_one_process

AS_OF = datetime(2026, 11, 20, 18, tzinfo=ZoneInfo("Europe/Moscow"))


@dataclass(frozen=True)
class Marts:
    """`done`: item → whether its final deadline is done. `missing`: what `mcu maps missing` prints."""

    done: dict[str, bool]
    missing: str


@pytest.fixture(scope="session")
def marts(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marts]:
    empty_tables()
    folder = tmp_path_factory.mktemp("marts")
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
    titles = [
        "Номер",
        "Вид",
        "Муниципальное образование",
        "Наименование",
        "Срок исполнения",
        "Готовность, %",
        "Состояние",
    ]
    measure = ["М-1", "Поручение", "город Мурманск", "Ремонт", "30.11.2026", "почти готово", "В работе"]
    book(folder / "b.xlsx", [titles, measure])
    for slug, name in (("pos_export", "a.csv"), ("measures", "b.xlsx")):
        for result in load_file(declared(slug), folder / name):
            raw_gate(result.load_id)
    with dbt_in_one_process():
        transform(AS_OF, full=True)
        missing = CliRunner().invoke(app, ["maps", "missing"]).output
    with connect("transformer") as conn:
        done = conn.execute(
            "select f.record_ref, d.done_at is not null from marts.rpt_deadline_status as d"
            " join marts.fct_feedback as f using (feedback_key) where d.stage = 'final' and f.record_ref like 'Д-%'"
        ).fetchall()
    yield Marts(dict(done), missing)
