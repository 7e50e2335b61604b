"""The whole city in its simulators, compared with its own truth."""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections import Counter
from pathlib import Path

import openpyxl
import psycopg
import pytest

from demo_city import database
from demo_city.build import build, home
from demo_city.change import change
from demo_city.stories import Stories
from demo_city.systems.incident import SPOILED
from demo_city.systems.pos import STORE
from demo_city.truth_files import TruthWriter, read_expected_counts
from mcu.secrets import connection_url
from mcu.settings import settings

ITEMS = 3_000
STORIES = sum(len(Stories(59).of(slug)) for slug in ("pos", "incident"))


@pytest.fixture(scope="module")
def built(warehouse: Path) -> Path:
    assert build(ITEMS, 59).made
    return home()


def truth_items(folder: Path) -> list[dict]:
    with gzip.open(folder / "truth" / "items.jsonl.gz", "rt", encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def pos_store() -> Path:
    return home() / "systems" / "pos" / STORE


def served_of(folder: Path) -> dict[str, int]:
    """Source → records that it hands over in all, as the truth says."""
    found: dict[str, int] = json.loads((folder / "truth" / "truth.json").read_text(encoding="utf-8"))["served"]
    return found


def served() -> Counter[tuple[str, str | None]]:
    """(source, record_ref) → how many times it is handed over."""
    found: Counter[tuple[str, str | None]] = Counter()
    with sqlite3.connect(pos_store()) as db:
        found.update(("pos", ref) for (ref,) in db.execute("select id from messages"))
    with psycopg.connect(connection_url("registry")) as conn:
        found.update(("registry", ref) for (ref,) in conn.execute("select id from public.appeals_export"))
    for path in sorted(set((settings().inbox / "incident").glob("*.xlsx")) - {settings().inbox / "incident" / SPOILED}):
        sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0]
        rows = [row for row in sheet.iter_rows(max_col=23, values_only=True) if row[22] != "Муниципальное образование"]
        found.update(("incident", str(row[0]) if row[0] else None) for row in rows if row[17] or row[22])
    return found


def test_truth_lists_what_is_served(built: Path) -> None:
    truth = truth_items(built)
    assert len(truth) == ITEMS + STORIES
    found = served()
    assert {key for key in found if key[1]} == {(t["source_slug"], t["record_ref"]) for t in truth if t["record_ref"]}
    counts = read_expected_counts(built / "truth")
    assert set(served_of(built)) == {"pos", "incident", "registry"}
    for source, count in served_of(built).items():
        lines = Counter(t["expected"] for t in truth if t["source_slug"] == source)
        assert (counts[source].facts["items"], counts[source].rejected) == (lines["feedback"], lines["quarantine"])
        assert count == sum(n for (s, _), n in found.items() if s == source)
    assert all(bool(t["reason_code"]) == (t["expected"] == "quarantine") for t in truth)


def test_second_build_does_nothing(built: Path) -> None:
    before = pos_store().stat().st_mtime_ns
    assert not build(ITEMS, 59).made
    assert pos_store().stat().st_mtime_ns == before


def test_a_killed_build_is_made_anew_to_the_same_bytes(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {p.name: p.read_bytes() for p in (settings().inbox / "incident").iterdir()}
    truth = truth_items(built)

    def die(*args: object) -> None:
        raise KeyboardInterrupt

    (built / "stamp.json").unlink()
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(TruthWriter, "finish", die)
        build(ITEMS, 59)
    assert build(ITEMS, 59).made
    assert {p.name: p.read_bytes() for p in (settings().inbox / "incident").iterdir()} == files
    assert truth_items(built) == truth
    assert not (built / "drafts").exists()


def test_another_city_replaces_the_old(built: Path) -> None:
    assert build(400, 7).made
    assert sum(served().values()) == sum(served_of(built).values())
    assert build(ITEMS, 59).made


def test_registry_is_a_database_of_its_own(built: Path) -> None:
    with psycopg.connect(connection_url("registry")) as conn:
        assert conn.info.dbname == database.DATABASE and conn.info.user == database.ROLE
        columns = [d.name for d in conn.execute("select * from public.appeals_export limit 1").description or ()]
    from mcu.sources.registry import get_source

    assert set(columns) == set(get_source("registry").expected_fields)


def test_secrets_name_the_connections(built: Path) -> None:
    assert connection_url("pos").startswith("http://:")
    assert connection_url("incident") == (settings().inbox / "incident").resolve().as_uri()


def test_change_changes_and_adds(built: Path) -> None:
    files = set((settings().inbox / "incident").iterdir())
    with psycopg.connect(connection_url("registry")) as conn:
        latest = conn.execute("select max(updated_at) from public.appeals_export").fetchone()[0]
    expected = read_expected_counts(built / "truth")
    counts = change(200)
    assert 190 <= sum(counts.values()) <= 200
    new_files = set((settings().inbox / "incident").iterdir()) - files
    assert [p.name for p in new_files] == ["incident_2026-11-20_18-01.xlsx"]
    with psycopg.connect(connection_url("registry")) as conn:
        changed = conn.execute("select count(*) from public.appeals_export where updated_at > %s", [latest]).fetchone()
    assert changed == (counts["registry"],)
    assert ITEMS + STORIES + 90 <= len(truth_items(built)) <= ITEMS + STORIES + 100
    assert {key for key in served() if key[1]} == {
        (t["source_slug"], t["record_ref"]) for t in truth_items(built) if t["record_ref"]
    }
    more = read_expected_counts(built / "truth")
    added = {slug: more[slug].facts["items"] - expected[slug].facts["items"] for slug in more}
    assert sum(added.values()) == len(truth_items(built)) - ITEMS - STORIES and set(counts) == {
        s for s, n in added.items() if n
    }


def test_a_new_city_removes_what_changes_have_dropped(built: Path) -> None:
    change(40)
    later = settings().inbox / "incident" / "incident_2026-11-20_18-01.xlsx"
    assert later.exists()
    assert build(ITEMS, 60).made and not later.exists()
