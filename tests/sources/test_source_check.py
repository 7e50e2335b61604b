"""`mcu sources check`: it says no when nothing would land, never waits for long, and reads the seeds as they are."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mcu.cli import app
from mcu.connectors.base import SourceError
from mcu.onboarding import preview, sample, scratch
from mcu.onboarding.mapping_gaps import Gap
from mcu.onboarding.preview import Checked, check_source, check_sources
from mcu.secrets import put_secret
from mcu.sources.registry import all_sources, get_source
from mcu.warehouse import embedded
from mcu.warehouse.dbt import PROJECT, DbtFailed

HEADER = "Номер сообщения;Муниципальное образование;Дата создания;Статус;Тема;Текст сообщения\n"


@pytest.fixture
def pos_export(tmp_path: Path, installation: Path) -> Path:
    """The folder of the source `pos_export`."""
    folder = tmp_path / "in"
    folder.mkdir()
    put_secret("conn_pos_export", folder.as_uri())
    return folder


def drop(folder: Path, *rows: str) -> None:
    (folder / "выгрузка.csv").write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")


def run(monkeypatch: pytest.MonkeyPatch, outcome: Any = ()) -> tuple[int, str]:
    """The check of `pos_export`; what staging finds is `outcome`."""

    def gaps(samples: dict[str, Any]) -> dict[str, Any]:
        return {slug: outcome if isinstance(outcome, str) else list(outcome) for slug in samples}

    monkeypatch.setattr(sample, "gaps_in_samples", gaps)
    result = CliRunner().invoke(app, ["sources", "check", "pos_export"], env={"COLUMNS": "500"})
    return result.exit_code, " ".join(result.output.split())


GOOD = "1;город Мурманск;20.11.2026 10:00;Новое;Снег;Не чистят снег"
NO_DATE = "2;город Мурманск;вчера;Новое;Снег;Не чистят снег"
NO_NUMBER = ";город Мурманск;20.11.2026 10:00;Новое;Снег;Темно"


def test_a_sample_that_would_land(pos_export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drop(pos_export, GOOD)
    code, output = run(monkeypatch)
    assert code == 0 and "✓ pos_export: файлов: 1" in output and "прочитано записей: 1" in output


def test_some_records_would_be_refused(pos_export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drop(pos_export, GOOD, NO_DATE, NO_NUMBER)
    code, output = run(monkeypatch)
    assert code == 0 and "! pos_export: " in output
    assert "были бы отклонены: 1 - Не дата и не время в поле: created_at" in output and "; 1 - Не заполнены" in output


def test_every_record_would_be_refused(pos_export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drop(pos_export, NO_DATE, NO_NUMBER)
    code, output = run(monkeypatch)
    assert code == 1 and "✗ pos_export: " in output
    assert "были бы отклонены все записи: 1 - Не дата и не время" in output
    assert "Названия не сверены со справочниками, нет образца: pos_export" in output


def test_what_was_not_checked_is_named(pos_export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, output = run(monkeypatch)
    assert code == 0 and "файлов в ней нет: записи не проверены" in output
    drop(pos_export, GOOD)
    code, output = run(monkeypatch, "нет модели staging/pos_export/stg_pos_export__items.sql")
    assert code == 1 and "✗ pos_export: названия не сверены со справочниками: нет модели staging/pos_export" in output

    def broken(samples: Any) -> Any:
        raise DbtFailed("dbt compile: не выполнено: stg_pos_export__items")

    monkeypatch.setattr(sample, "gaps_in_samples", broken)
    result = CliRunner().invoke(app, ["sources", "check", "pos_export"], env={"COLUMNS": "500"})
    assert result.exit_code == 1 and "Названия не сверены со справочниками: dbt compile" in result.output


def test_sources_are_read_at_once_and_a_hanging_one_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    specs = list(all_sources().values())

    def check(spec: Any) -> Checked:
        if spec.slug == "pos":
            time.sleep(30)
        if spec.slug == "vk":
            raise SourceError("ключ не принят")
        if spec.slug == "ok":
            raise ValueError("Ветроходов")
        time.sleep(0.2)
        return Checked("соединение есть")

    monkeypatch.setattr(preview, "check_source", check)
    started = time.monotonic()
    found = check_sources(specs, seconds=3)
    assert time.monotonic() - started < 6
    assert list(found) == [spec.slug for spec in specs]
    bad = {slug: result.message for slug, result in found.items() if not result.is_good}
    assert bad == {
        "pos": "источник не ответил за 3 с: проверьте адрес и сеть",
        "vk": "ключ не принят",
        "ok": "внутренняя ошибка (ValueError)",
    }


@pytest.fixture(scope="module")
def staging(installation: Path) -> dict[str, str]:
    return sample.compile_staging(["pos_export", "incident", "sed_sstu"])


@pytest.mark.parametrize("is_running", [False, True])
def test_names_are_compared_with_the_seed_files(
    staging: dict[str, str],
    pos_export: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    is_running: bool,
) -> None:
    """With the database and without it, a row counts as soon as it stands in the file."""
    if is_running:
        request.getfixturevalue("warehouse")
    else:
        monkeypatch.setattr(embedded, "is_running", lambda: False)
    monkeypatch.setattr(sample, "compile_staging", lambda slugs: staging)
    monkeypatch.setattr(scratch, "PROJECT", tmp_path)
    shutil.copytree(PROJECT / "seeds", tmp_path / "seeds")
    drop(pos_export, GOOD.replace("Новое", "Передано бригаде"))
    samples = {"pos_export": check_source(get_source("pos_export")).landed}
    samples["nowhere"] = samples["pos_export"]

    def unknown() -> list[str]:
        found = sample.gaps_in_samples(samples)
        assert found["nowhere"] == "нет модели staging/nowhere/stg_nowhere__items.sql"
        gaps = found["pos_export"]
        assert not isinstance(gaps, str), gaps
        return [gap.row() for gap in gaps if isinstance(gap, Gap) and gap.map == "status"]

    (row,) = unknown()
    assert row.startswith("pos_export,Передано бригаде,")
    path = tmp_path / "seeds" / "status_map.csv"
    path.write_text(f"{path.read_text(encoding='utf-8').rstrip()}\npos_export,Передано бригаде,new,2020-01-01,\n")
    assert unknown() == []


def test_a_staging_model_is_compiled_with_what_it_reads(staging: dict[str, str]) -> None:
    """Not over the rows that the warehouse holds of its inner models."""
    assert all('"staging' not in query and f'"raw"."{slug}"' in query for slug, query in staging.items())
    assert '"reference_next"."municipality_map"' in staging["incident"]
