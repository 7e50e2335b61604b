"""One faulty source file stops nothing: the others are loaded, the marts hold what it has brought, an alert says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from mcu.alerts.faulty_specs import report_faulty_specs
from mcu.cli import app
from mcu.runtime import doctor
from mcu.sources import registry
from mcu.sources.spec import SpecError
from mcu.warehouse import dbt
from mcu.warehouse.connect import connect
from mcu.warehouse.transform import definition_hash

TYPO = ("required:", "requierd:")


def break_spec(folder: Path, slug: str, change: tuple[str, str] = TYPO) -> Path:
    path = folder / f"{slug}.yml"
    text = path.read_text(encoding="utf-8")
    assert change[0] in text
    path.write_text(text.replace(*change), encoding="utf-8")
    return path


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "400"})
    return result.exit_code, result.output


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (TYPO, "pos.yml: record.requierd: неизвестное поле"),
        (('schedule: "5 ', 'schedule: "61 '), "pos.yml: schedule: «61 * * * *» - не расписание cron: минута «61»"),
        (("slug: pos", "slug: ["), "pos.yml: это не YAML"),
    ],
)
def test_the_others_stay_and_the_marts_know_its_name(
    source_folder: Path, change: tuple[str, str], message: str
) -> None:
    whole, definition, variables = registry.all_sources(), definition_hash(), dbt.variables()
    break_spec(source_folder, "pos", change)
    found = registry.declared()
    assert found.sources.keys() == whole.keys() - {"pos"} and len(found.sources) > 20
    assert [(fault.slug, message in fault.message) for fault in found.faults] == [("pos", True)]
    assert registry.source_titles() == {slug: spec.title for slug, spec in whole.items()}
    with pytest.raises(SpecError, match=r"pos\.yml"):
        registry.get_source("pos")
    # dbt builds the same project: no full build, and no title is lost
    assert dbt.variables() == variables and "pos" in variables["feedback_sources"]
    assert definition_hash() == definition


def test_a_title_that_cannot_be_read_is_the_slug(source_folder: Path) -> None:
    (source_folder / "pos.yml").write_bytes(b"\xff\xfe: [")
    (source_folder / "не имя.yml").write_text("title: Чужой", encoding="utf-8")
    titles = registry.source_titles()
    assert titles["pos"] == "pos" and "не имя" not in titles


def test_check_list_and_doctor_name_the_fault(source_folder: Path, empty_warehouse: Path) -> None:
    break_spec(source_folder, "pos")
    code, output = run("sources", "check", "pos")
    assert code == 1 and "pos.yml: record.requierd: неизвестное поле" in output
    code, output = run("sources", "list")
    assert code == 0 and "requierd" in output and "nash_sever" in output  # in a table, so between line breaks
    (finding,) = [f for f in doctor._sources() if "ошибка в описании" in f.what]
    assert not finding.is_ok and "pos.yml: record.requierd" in finding.what
    assert str(source_folder / "pos.yml") in finding.advice and "mcu sources check pos" in finding.advice


def test_an_alert_opens_once_for_each_file_and_closes_when_it_is_mended(
    source_folder: Path, empty_warehouse: Path
) -> None:
    path = break_spec(source_folder, "pos")
    break_spec(source_folder, "vk", ('schedule: "20 ', 'schedule: "99 '))
    for _ in range(2):
        assert len(report_faulty_specs()) == 2
    alerts = "select title, body, severity, owner, seen_count from ops.alerts where closed_at is null order by cause"
    with connect("loader") as conn:
        (title, body, *rest), _ = conn.execute(alerts).fetchall()
    assert title == "Источник не загружается, ошибка в описании: pos"
    assert "неизвестное поле" in body and str(path) in body
    assert rest == ["critical", "data_engineer", 2]

    break_spec(source_folder, "pos", TYPO[::-1])
    assert len(report_faulty_specs()) == 1
    with connect("loader") as conn:
        assert [title.split()[-1] for title, *_ in conn.execute(alerts)] == ["vk"]
    (source_folder / "vk.yml").unlink()
    assert report_faulty_specs() == []
    with connect("loader") as conn:
        assert conn.execute("select count(*) from ops.alerts where closed_at is null").fetchone() == (0,)
