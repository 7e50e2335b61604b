"""Superset's cache holds rows of the marts that people read now, and of nothing before."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from ground import ROOT
from mcu.warehouse.connect import connect, url


def test_a_publication_changes_every_key(warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from guard import published

    monkeypatch.setattr(published, "TRUE_FOR_SECONDS", -1)
    here = url("reader", "psycopg2")
    words = [published.published(here)]
    with connect("admin") as conn:
        conn.execute("update ops.transform_runs set stands_in = null where stands_in = 'published'")
        for _ in range(2):
            (run,) = conn.execute(
                "insert into ops.transform_runs (as_of, accepted_upto, definition_hash, is_full, status, finished_at,"
                " stands_in) values (now(), 0, '', true, 'passed', now(), 'published') returning run_id"
            ).fetchone() or (None,)
            conn.commit()
            words.append(published.published(here))
            conn.execute("delete from ops.transform_runs where run_id = %s", [run])
            conn.commit()
    assert len(set(words)) == 3


def test_a_warehouse_that_does_not_answer_fits_nothing_of_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    from guard import published

    monkeypatch.setattr(published, "TRUE_FOR_SECONDS", -1)
    nowhere = "postgresql+psycopg2://mcu_reader@127.0.0.1:1/mcu"
    assert published.published(nowhere) != published.published(nowhere)


def test_what_reads_more_than_the_marts_is_kept_for_minutes_only() -> None:
    views = ROOT / "dbt_project" / "models" / "marts" / "bi"
    live = {path.stem for path in views.glob("*.sql") if re.search(r"source\(\s*'ops'", path.read_text("utf-8"))}
    datasets = {
        path.stem: yaml.safe_load(path.read_text("utf-8"))
        for path in (ROOT / "superset" / "assets" / "warehouse" / "datasets").glob("*.yaml")
    }
    assert {"bi_quality", "bi_rejects", "bi_marts_check"} <= live
    assert {name for name in datasets if datasets[name].get("cache_timeout") == 300} == live & datasets.keys()
