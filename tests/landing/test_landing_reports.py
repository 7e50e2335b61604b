"""How rejected records and refused files are reported."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

from typer.testing import CliRunner

from mcu import cli
from mcu.alerts.refusals import report_refusals
from mcu.connectors.base import Page
from mcu.landing import ledger
from mcu.landing.load import load_source, source_lock
from mcu.landing.run import Run
from mcu.moments import FORMS
from tests.landing.conftest import file_spec, record, rest_spec, rows
from tests.landing.server import Source

GOOD = "Номер;Дата создания;Тема;Текст\nИ-1;01.11.2026 10:00;Снег;Не чистят\n"


def test_one_load_is_shown_without_its_data(source: Source) -> None:
    source.records[3] = record(3, createdAt="вчера, Ветроходов П.И.")
    source.records[4] = record(4, status="")
    (result,) = load_source(rest_spec())
    shown = CliRunner().invoke(cli.app, ["loads", "show", str(result.load_id)])
    words = " ".join(shown.output.split())
    assert shown.exit_code == 0
    assert "Загрузка № 1, demo: записана" in words
    assert "Прочитано 25, новых 23, без изменений 0, отклонено 2" in words
    assert f"Не дата и не время в поле: createdAt (читается {FORMS}): 1 R0003 (страница 1, запись 4)" in words
    assert "Не заполнены обязательные поля: status: 1 R0004" in words
    assert "Ветроходов" not in words and "вчера" not in words


def test_a_record_that_cannot_be_written_is_stored_as_far_as_possible(empty_warehouse: Path) -> None:
    deep: object = "дно"
    for _ in range(300):
        deep = [deep]
    deeper = deep
    for _ in range(2000):
        deeper = [deeper]
    records = [
        record(1, huge=Decimal("1e400")),
        record(5, text=deeper),
        record(2, half="до \ud83d после"),
        record(3, deep=deep),
        record(4, id="x\ud83d"),
    ]
    with source_lock(rest_spec()) as conn:
        load = Run(conn, rest_spec())
        load.land([Page(list(records), "страница 1")])
        result = load.finish()
    assert (result.new, result.rejected, result.read) == (0, 5, 5)
    stored = dict(rows("select coalesce(record_ref, '?'), payload from ops.rejects"))
    assert stored["R0001"]["status"] == "Новое" and stored["R0002"]["half"] == "до ? после"
    assert str(stored["R0003"]["deep"]).startswith("[[[") and "author" not in stored["R0003"]
    assert stored["R0005"] == {"id": "R0005"}
    assert stored["?"]["id"] == "x?"


def open_alerts() -> list[str]:
    return [cause for (cause,) in rows("select cause from ops.alerts where closed_at is null order by cause")]


def run(*, accept: bool = True) -> None:
    results = load_source(file_spec())
    report_refusals(file_spec(), results)
    for result in results:
        if accept and result.status == "landed" and result.load_id:
            ledger.accept(result.load_id)


def test_a_refused_file_raises_an_alert_until_a_file_is_accepted(inbox: Path) -> None:
    for name in ("a_2026-11-01.csv", "b_2026-11-02.csv"):
        (inbox / name).write_text("")
        os.utime(inbox / name, (0, 0))
    (inbox / "c_2026-11-03.csv").write_text(GOOD)
    run()
    two = ["refused:demo:a_2026-11-01.csv", "refused:demo:b_2026-11-02.csv"]
    assert open_alerts() == two
    (inbox / "d_2026-11-04.csv").write_text(GOOD.replace("И-1", "И-2"))
    run(accept=False)
    run(accept=False)
    assert open_alerts() == two  # it landed but is not accepted yet
    for (load_id,) in rows("select load_id from ops.loads where status = 'landed'"):
        ledger.accept(load_id)
    run()
    assert open_alerts() == []
