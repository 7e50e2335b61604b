"""dbt's sessions do not wait for the disk at each commit; all others do."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from mcu.warehouse.connect import connect, url
from mcu.warehouse.dbt import environment


def test_only_the_commits_of_dbt_do_not_wait_for_the_disk(warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _shown("synchronous_commit") == "on"
    monkeypatch.setenv("PGOPTIONS", "-c lock_timeout=7s")
    monkeypatch.setenv("PGOPTIONS", environment()["PGOPTIONS"])
    assert _shown("synchronous_commit") == "off"
    assert _shown("lock_timeout") == "7s"  # what the installation gives itself stays
    with connect("transformer") as conn:
        assert conn.execute("show synchronous_commit").fetchone() == ("on",)


def _shown(setting: str) -> str:
    """As dbt's adapter connects, which gives no options of its own."""
    with psycopg.connect(url("transformer")) as conn:
        row = conn.execute(SQL("show {}").format(Identifier(setting))).fetchone()
    assert row is not None
    return str(row[0])
