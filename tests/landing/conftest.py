"""A test's own source, an HTTP server with faults or a folder, declared by a spec, over an empty warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mcu.secrets import put_secret
from mcu.sources.spec import SourceSpec
from mcu.warehouse.connect import connect
from tests.landing.server import Source, serve


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries do not wait in tests."""
    monkeypatch.setattr("mcu.connectors.retries.BACKOFF_SECONDS", 0.01)


@pytest.fixture
def source(empty_warehouse: Path) -> Iterator[Source]:
    """A server with 25 records; its connection is `demo`."""
    source = Source([record(n) for n in range(25)])
    with serve(source) as url:
        put_secret("conn_demo", url)
        yield source


@pytest.fixture
def inbox(empty_warehouse: Path, tmp_path: Path) -> Path:
    """An empty folder; its connection is `demo`."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    put_secret("conn_demo", f"file://{folder}")
    return folder


def record(number: int, **change: Any) -> dict[str, Any]:
    return {
        "id": f"R{number:04}",
        "status": "Новое",
        "createdAt": "2026-11-01T10:00:00+03:00",
        "updatedAt": f"2026-11-01T10:{number // 60:02}:{number % 60:02}Z",
        "author": {"fullName": "Ветроходов Пётр Ильич", "phone": f"+7 (946) 000-1{number // 100}-{number % 100:02}"},
        "text": "Не чистят снег, звоните 8 946 000-00-01, Ветроходов П.И.",
        **change,
    }


def rest_spec(slug: str = "demo", **change: Any) -> SourceSpec:
    return SourceSpec.model_validate(
        {
            "slug": slug,
            "title": "Проба",
            "connector": {
                "type": "rest",
                "connection": "demo",
                "path": "/items",
                "page_size": 10,
                "timeout_seconds": 0.5,
                "since_param": "updatedFrom",
            },
            "record": {
                "id": "id",
                "updated_at": "updatedAt",
                "required": ["id", "status"],
                "times": ["createdAt", "updatedAt"],
            },
            "personal": {"identity": ["author.phone", "author.fullName"], "drop": ["author"], "text": ["text"]},
            "expected_fields": ["id", "status", "createdAt", "updatedAt", "author", "text"],
            "overlap_hours": 1,
        }
        | change
    )


def file_spec(slug: str = "demo", **change: Any) -> SourceSpec:
    columns = {"number": "Номер", "created_at": "Дата создания", "topic": "Тема", "text": "Текст", "author": "Автор"}
    return SourceSpec.model_validate(
        {
            "slug": slug,
            "title": "Проба",
            "connector": {
                "type": "files",
                "connection": "demo",
                "columns": columns,
                "settle_seconds": 0,
                "required": ["number", "created_at", "topic", "text"],
                "file_time_pattern": r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)",
            },
            "record": {"id": "number", "required": ["number", "created_at"], "times": ["created_at"]},
            "personal": {"identity": ["author"], "text": ["text"]},
            "expected_fields": list(columns),
        }
        | change
    )


def rows(query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connect("loader") as conn:
        return conn.execute(query, parameters).fetchall()


def raw(slug: str = "demo", *, is_accepted: bool = False) -> set[tuple[str, str]]:
    """(record_ref, payload) of all versions, or only of those that staging sees."""
    where = "where load_id in (select load_id from ops.loads where status = 'accepted')" if is_accepted else ""
    return {(ref, payload) for ref, payload in rows(f"select record_ref, payload::text from raw.{slug} {where}")}


def latest(slug: str = "demo") -> dict[str, dict[str, Any]]:
    """record_ref → payload of the version that staging uses."""
    query = (
        f"select distinct on (record_ref) record_ref, payload from raw.{slug} join ops.loads using (load_id)"
        " where status = 'accepted' order by record_ref, source_updated_at desc, load_id desc, payload_hash"
    )
    return dict(rows(query))


def everything_in_the_database() -> str:
    """Every row of raw and ops as text."""
    tables = rows("select schemaname || '.' || tablename from pg_tables where schemaname in ('raw', 'ops') order by 1")
    return "\n".join(str(rows(f"select t::text from {name} as t")) for (name,) in tables)
