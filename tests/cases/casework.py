"""What the tests of real inputs share: named cases, files as offices write them, and what became of them in the
warehouse."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from openpyxl import Workbook
from psycopg import sql
from psycopg.rows import dict_row

from mcu.errors import UserError
from mcu.landing.load import load_file, load_source
from mcu.sources.registry import get_source
from mcu.sources.spec import SourceSpec
from mcu.warehouse.connect import connect

SLUG = "cases"
HEADER = ("Номер", "Дата создания", "Тема", "Текст", "Ответ")
COLUMNS = dict(zip(("number", "created_at", "topic", "text", "answer"), HEADER, strict=True))
AT = "02.11.2026 10:00"

POS = {
    "number": "Номер сообщения",
    "municipality": "Муниципальное образование",
    "created_at": "Дата создания",
    "status": "Статус",
    "topic": "Тема",
    "text": "Текст сообщения",
}
"""Field → title of what every row of `pos_export` must have."""
POS_ROW = {
    "number": "1",
    "municipality": "город Мурманск",
    "created_at": AT,
    "status": "Решено",
    "topic": "Нарушение правил очистки дорог от снега и наледи",
    "text": "Не чистят снег",
}


def quick(examples: int = 15) -> hypothesis_settings:
    """A few examples, the same at every run, so that a property that fails today fails always."""
    return hypothesis_settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],  # no search for the smallest failure: it takes minutes
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


def case(*values: Any, id: str) -> Any:
    """A parameter set with its name."""
    return pytest.param(*values, id=id)


def token(value: Any) -> str:
    """A number of eight digits that distinguishes drawn values, the same at every run."""
    return f"{crc32(repr(value).encode()) % 90_000_000 + 10_000_000}"


# ---------------------------------------------------------------- sources and files


def table_spec(columns: Mapping[str, str] | None = None, *, slug: str = SLUG, **change: Any) -> SourceSpec:
    """A folder of tables; texts land to the letter unless `personal` says otherwise."""
    columns = dict(columns or COLUMNS)
    connector = {
        "type": "files",
        "connection": SLUG,
        "columns": columns,
        "settle_seconds": 0,
        "refuse_torn_after_seconds": 0,
    } | change.pop("connector", {})
    return SourceSpec.model_validate(
        {
            "slug": slug,
            "title": "Проба",
            "connector": connector,
            "record": {"id": "number", "required": ["number"]},
            "personal": {"verbatim": [name for name in columns if name != "number"]},
            "expected_fields": list(columns),
        }
        | change
    )


def json_spec(*, record: Mapping[str, Any] | None = None, **change: Any) -> SourceSpec:
    """A folder of JSON lists of {id, text, …}."""
    return SourceSpec.model_validate(
        {
            "slug": SLUG,
            "title": "Проба",
            "connector": {
                "type": "files",
                "connection": SLUG,
                "format": "json",
                "settle_seconds": 0,
                "refuse_torn_after_seconds": 0,
            },
            "record": {"id": "id", "required": ["id"], **(record or {})},
            "personal": {},
        }
        | change
    )


def delimited(rows: Iterable[Sequence[str]], delimiter: str = ";", header: Sequence[str] = HEADER) -> str:
    """Cells joined as they are: nothing is quoted."""
    return "".join(delimiter.join(row) + "\n" for row in [header, *rows])


def book(path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]] | Sequence[Sequence[Any]]) -> Path:
    """A workbook; a cell is a value or (value, number format)."""
    made = Workbook()
    made.remove(made.worksheets[0])
    for title, rows in (sheets if isinstance(sheets, Mapping) else {"Лист1": sheets}).items():
        sheet = made.create_sheet(title)
        for at, row in enumerate(rows, 1):
            for column, cell in enumerate(row, 1):
                value, kind = cell if isinstance(cell, tuple) else (cell, None)
                where = sheet.cell(at, column, value)
                if kind:
                    where.number_format = kind
    made.save(path)
    return path


def pos_table(rows: Iterable[Mapping[str, Any]], extra: Mapping[str, str]) -> list[list[Any]]:
    """Header and rows of a table of `pos_export` with the `extra` fields (field → title) beside the required ones."""
    titles = POS | dict(extra)
    return [list(titles.values()), *([(POS_ROW | dict(row)).get(field, "") for field in titles] for row in rows)]


# ---------------------------------------------------------------- what became of it


@dataclass(frozen=True)
class Reject:
    record_ref: str | None
    position: str
    reason: str
    payload: Any


@dataclass(frozen=True)
class Landed:
    """All that a source has in the warehouse, whichever load brought it."""

    rows: list[tuple[str, dict[str, Any]]]
    rejects: list[Reject]
    refused: list[str]
    """Messages of files that were refused."""
    messages: str
    """All that people can read of it."""

    @property
    def records(self) -> dict[str, dict[str, Any]]:
        return dict(self.rows)

    def is_accounted_for(self, ref: str) -> bool:
        """Whether a record that is not in raw is accounted for: rejected with a reason, or its file refused."""
        return bool(self.refused) or any(r.reason and ref in (r.record_ref, _first(r.payload)) for r in self.rejects)

    @property
    def names_a_line(self) -> bool:
        """Whether what was refused or rejected says where: a line of the file."""
        places = [r.position + r.reason for r in self.rejects] + self.refused
        return any(re.search(r"строк\w*\W{0,3}\d|запис\w*\W{0,3}\d", place) for place in places)

    def is_right(self, ref: str, **fields: Any) -> bool:
        record = self.records.get(ref)
        return record is not None and all(record.get(name) == value for name, value in fields.items())

    def check(self, ref: str, **fields: Any) -> None:
        """Right to the letter, or accounted for."""
        if ref in self.records:
            assert {name: self.records[ref].get(name) for name in fields} == fields
        else:
            assert self.is_accounted_for(ref), f"{ref} is nowhere: {self}"


def _first(payload: Any) -> Any:
    return next((payload.get(name) for name in ("number", "id", "ref")), None) if isinstance(payload, dict) else None


def land(spec: SourceSpec, path: Path) -> Landed:
    """Land one file given by hand."""
    results = load_file(spec, path)
    return landed(spec.slug, *(result.message for result in results))


def land_bytes(spec: SourceSpec, tmp_path: Path, content: bytes | str, name: str = "выгрузка.csv") -> Landed:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return land(spec, path)


def run(spec: SourceSpec) -> Landed:
    """One scheduled run; what it raises for people is among the messages."""
    message = ""
    try:
        message = " ".join(result.message for result in load_source(spec))
    except UserError as error:
        message = str(error)
    return landed(spec.slug, message)


def landed(slug: str = SLUG, *messages: str) -> Landed:
    with connect("loader") as conn:
        has_table = conn.execute("select to_regclass(%s)", [f"raw.{slug}"]).fetchone() != (None,)
        raw = sql.SQL("select record_ref, payload from {} order by source_updated_at, load_id").format(
            sql.Identifier("raw", slug)
        )
        rows = conn.execute(raw).fetchall() if has_table else []
        rejects = conn.execute(
            "select record_ref, position, reason, payload from ops.rejects where source_slug = %s", [slug]
        ).fetchall()
        loads = conn.execute(
            "select status, coalesce(message, ''), coalesce(file_name, ''), details::text from ops.loads"
            " where source_slug = %s",
            [slug],
        ).fetchall()
    refused = [f"{name}: {message}" for status, message, name, _ in loads if status == "refused"]
    words = [*messages, *(" ".join(load) for load in loads), *(f"{r[1]} {r[2]}" for r in rejects)]
    return Landed(rows, [Reject(*r) for r in rejects], refused, "\n".join(words))


def everything_written() -> str:
    """Every row of raw and ops as text."""
    with connect("loader") as conn:
        tables = conn.execute(
            "select schemaname, tablename from pg_tables where schemaname in ('raw', 'ops') order by 1, 2"
        ).fetchall()
        found = []
        for name in tables:
            query = sql.SQL("select t::text from {} as t").format(sql.Identifier(*name))
            found += [text for (text,) in conn.execute(query)]
    return "\n".join(found)


# ---------------------------------------------------------------- staging


def stage(query: str) -> list[dict[str, Any]]:
    """Rows of a staging model over all that landed, whatever a gate would say of the load."""
    with connect("transformer") as conn, conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode()).fetchall()


def declared(slug: str) -> SourceSpec:
    """A declared source whose torn files are not waited for."""
    spec = get_source(slug)
    with suppress(AttributeError):
        return spec.model_copy(
            update={
                "connector": spec.connector.model_copy(update={"settle_seconds": 0, "refuse_torn_after_seconds": 0})
            }
        )
    return spec
