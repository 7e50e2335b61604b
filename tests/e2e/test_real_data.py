"""Real messages and requests, and a file made up here, through sources that only an overlay folder declares: one YAML
and one staging folder each."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from ground import publish_unchecked
from mcu import cli
from mcu.landing.load import load_file
from mcu.onboarding.sample import missing_in_maps
from mcu.quality.gate import mart_gate, raw_gate
from mcu.secrets import put_secret
from mcu.settings import settings
from mcu.sources.registry import get_source
from mcu.warehouse.connect import connect
from mcu.warehouse.transform import as_of_of_marts, transform
from tests.e2e import newcomer

OVERLAY = Path(__file__).parents[1] / "overlay"
PERSONAL = {
    # written apart from the masker's own expressions
    "phone": r"(?<!\d)(\+7|8)[\s(.-]*\d{3}[\s).-]*\d{3}[\s.-]*\d{2}[\s.-]*\d{2}(?!\d)",
    "mail": r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[a-z]{2,}",
    "name with initials": r"(?<![\w.])[А-ЯЁ][а-яё]{2,}\s+[А-ЯЁ]\.\s?[А-ЯЁ]\.",
    "initials and name": r"(?<![\w.])[А-ЯЁ]\.\s?[А-ЯЁ]\.\s?[А-ЯЁ][а-яё]{2,}",
}
STREET = re.compile(r"(?i)(ул|улиц|пр|проспект|пер|переул|площад|пл|бульвар|б-р|парк|сквер|им|имени|школ)\w*\.?\s*$")


@pytest.fixture(scope="module")
def overlay(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The overlay of the tests and, made in it as a newcomer makes it, one more source."""
    folder = tmp_path_factory.mktemp("added") / "overlay"
    shutil.copytree(OVERLAY, folder)
    return folder


@pytest.fixture(scope="module")
def loaded(warehouse: Path, shared_data: Path, overlay: Path) -> Iterator[dict[str, int]]:
    """All files loaded, accepted and transformed; slug → load id."""
    patch = pytest.MonkeyPatch()
    patch.setenv("MCU_SOURCES_OVERLAY", str(overlay))
    settings.cache_clear()
    ids: dict[str, int] = {}
    files = {
        "kursk": shared_data / "kursk_messages_train.csv",
        "boston": shared_data / "boston311-100.csv",
        newcomer.SLUG: newcomer.add(overlay),
    }
    for slug, path in files.items():
        (result,) = load_file(get_source(slug), path)
        assert result.status == "landed" and result.load_id, result.message
        assert raw_gate(result.load_id).passed
        ids[slug] = result.load_id
    transform()
    publish_unchecked()
    yield ids
    patch.undo()
    settings.cache_clear()


@pytest.fixture
def db(loaded: dict[str, int]) -> Iterator[psycopg.Connection]:
    with connect("transformer") as conn:
        yield conn


def test_nothing_of_kursk_is_lost(db: psycopg.Connection, loaded: dict[str, int]) -> None:
    counts = "select read_count, new_count + rejected_count + unchanged_count from ops.loads where load_id = %s"
    assert db.execute(counts, [loaded["kursk"]]).fetchone() == (2000, 2000)
    facts = "select count(*), count(distinct record_ref) from marts.fct_feedback where source_slug = 'kursk'"
    rejected = "select count(*) from ops.rejects where source_slug = 'kursk'"
    (rows, refs), (refused,) = db.execute(facts).fetchone() or (0, 0), db.execute(rejected).fetchone() or (0,)
    assert rows == refs and rows + refused == 2000


def test_exact_duplicates_of_kursk_are_reported(
    db: psycopg.Connection, loaded: dict[str, int], shared_data: Path
) -> None:
    with (shared_data / "kursk_messages_train.csv").open(encoding="utf-8", newline="") as file:
        bodies = [tuple(v for k, v in row.items() if k != "id") for row in csv.DictReader(file)]
    expected = len(bodies) - len(set(bodies))
    assert expected > 0
    result = db.execute(
        "select failed_count, is_passed from ops.quality_results"
        " where stage = 'raw' and checked_for = %s and title = 'Нет дубликатов по содержанию'",
        [str(loaded["kursk"])],
    ).fetchone()
    assert result == (expected, False)


def test_texts_of_kursk_are_clean_in_staging_and_unchanged_in_raw(db: psycopg.Connection) -> None:
    raw = db.execute("select count(*) from raw.kursk where payload ->> 'text' ~ '<(p|span|br)|&nbsp;'").fetchone()
    assert raw and raw[0] > 500  # raw holds what came
    dirty = db.execute(
        "select count(*) from staging.stg_kursk__items"
        r" where text ~* '</?(p|span|br|div|b|strong|i|em|u|a|li|ul|ol|figure|h\d)[ >/]'"
        r" or text ~* '&(nbsp|quot|lt|gt|amp|laquo|raquo|#\d+);'"
    ).fetchone()
    assert dirty == (0,)


@pytest.mark.parametrize("kind", PERSONAL)
def test_no_identity_is_left_in_texts_of_kursk(db: psycopg.Connection, kind: str) -> None:
    left = []
    for (text,) in db.execute("select text from staging.stg_kursk__items where text is not null").fetchall():
        for found in re.finditer(PERSONAL[kind], text):
            if not STREET.search(text[: found.start()]):
                left.append(found.group()[:3] + "…")
    assert left == []


def test_boston_judges_as_boston_did(db: psycopg.Connection, shared_data: Path) -> None:
    with (shared_data / "boston311-100.csv").open(encoding="utf-8", newline="") as file:
        expected = {
            row["case_enquiry_id"]: row["ontime"] == "ONTIME"
            for row in csv.DictReader(file)
            if row["case_status"] == "Closed" and row["target_dt"].strip()
        }
    assert len(expected) == 77
    ours = dict(
        db.execute(
            "select f.record_ref, d.status = 'met' from marts.rpt_deadline_status d"
            " join marts.fct_feedback f using (feedback_key) where f.source_slug = 'boston' and d.stage = 'final'"
        ).fetchall()
    )
    assert {ref: ours.get(ref) for ref in expected} == expected


def test_marts_that_were_built_and_not_checked_are_checked_next(loaded: dict[str, int]) -> None:
    """A run killed between the build and the gate must not stop publishing for good."""
    later = as_of_of_marts() + timedelta(minutes=1)
    assert not transform(later).is_noop
    again = transform(later)
    assert again.is_noop and not again.is_checked
    verdict = mart_gate()
    assert transform(later).is_checked == verdict.passed  # marts that a gate has blocked are judged again, too


def test_source_was_added_without_python() -> None:
    files = {p.relative_to(OVERLAY).as_posix() for p in OVERLAY.rglob("*") if p.is_file()}
    assert {f for f in files if "kursk" in f} == {
        "kursk.yml",
        "models/kursk/stg_kursk__items.sql",
    }
    assert not any(f.endswith(".py") for f in files)


def test_a_new_system_is_sixty_lines_and_no_python(db: psycopg.Connection, overlay: Path) -> None:
    """A CSV nobody has seen: all its rows are facts, nothing but the source's own files was written."""
    added = {p for p in overlay.rglob("*") if p.is_file()} - {
        overlay / p.relative_to(OVERLAY) for p in OVERLAY.rglob("*")
    }
    assert {p.relative_to(overlay).as_posix() for p in added} == {
        "remont.yml",
        "models/remont/stg_remont__items.sql",
    }
    lines = sum(len(p.read_text(encoding="utf-8").splitlines()) for p in added)
    print(f"новый источник: файлов {len(added)}, строк {lines}")
    assert lines <= 60
    assert newcomer.tree_as_it_was() == newcomer.tree_now()
    facts = db.execute(
        "select record_ref, municipality_code, to_char(received_at at time zone 'Europe/Moscow', 'DD.MM.YYYY HH24:MI'),"
        " author_key is not null from marts.fct_feedback where source_slug = 'remont' order by 1"
    ).fetchall()
    assert facts == sorted((r[0], "murmansk", r[1], True) for r in newcomer.ROWS)
    (text,) = db.execute("select text from staging.stg_remont__items order by record_ref limit 1").fetchone() or ("",)
    assert text == "Течёт кровля, звонил [ТЕЛЕФОН]. Ответа нет уже вторую неделю, прошу принять меры 0"


def test_unknown_words_come_with_a_row_for_the_map(loaded: dict[str, int]) -> None:
    rows = [u for u in missing_in_maps() if u.source_slug == newcomer.SLUG]
    assert {(u.map, u.ref, u.count) for u in rows if u.map == "status"} == {
        ("status", "Передано бригаде", 20),
        ("status", "Выполнено", 20),
    }
    assert "remont,Передано бригаде,ВПИШИТЕ_КОД,2026-01-01," in [u.row() for u in rows]


def test_a_look_shows_how_the_new_system_would_land(loaded: dict[str, int], overlay: Path) -> None:
    inbox = overlay.parent / "inbox"
    inbox.mkdir()
    shutil.copy(overlay.parent / "Заявки АДС.csv", inbox)
    put_secret("conn_remont", f"file://{inbox}")
    with connect("loader") as conn:
        before = conn.execute("select count(*), max(load_id) from ops.loads").fetchone()
    checked = CliRunner().invoke(cli.app, ["sources", "check", newcomer.SLUG])
    with connect("loader") as conn:
        assert conn.execute("select count(*), max(load_id) from ops.loads").fetchone() == before
    words = " ".join(checked.output.split())
    assert checked.exit_code == 0
    assert "remont: файлов: 1, образец «Заявки АДС.csv»: прочитано записей: 40" in words
    assert "звонил [ТЕЛЕФОН]" in words and "Ветроходов" not in words
    assert "remont,Передано бригаде,ВПИШИТЕ_КОД,2026-01-01," in words
    assert "remont,murmansk,Бригада 3,ВПИШИТЕ_КОД,2026-01-01," in words
    assert (inbox / "Заявки АДС.csv").exists()
