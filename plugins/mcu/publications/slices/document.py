"""Saved slices as a kind of publication: title, files, what changed since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mcu.publications.files import about, json_bytes, with_manifest
from mcu.slices.question import Period
from mcu.slices.table import Table
from mcu.slices.workbook import Titled, workbook

KIND = "slices"


def title(row: Mapping[str, Any]) -> str:
    return f"{row['rows']['place']}: статистические разрезы за {Period.of(row['period']).title} года"


def files(row: Mapping[str, Any]) -> dict[str, bytes]:
    """The workbook, the same figures as JSON, the manifest."""
    slices = [Titled(one["title"], Table.model_validate(one["table"])) for one in row["rows"]["slices"]]
    name = f"{row['kind']}_{row['period']}_{row['municipality_code']}"
    described = about(row, title(row))
    body = {**described, "slices": row["rows"]["slices"], "difference": row["difference"] or []}
    book = workbook(slices, row["versions"], row["rows"]["place"], row["rows"].get("missing", []))
    return with_manifest(described, {f"{name}.xlsx": book, f"{name}.json": json_bytes(body)})


def difference(before: Any, after: Any, cause: str, causes: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each shown value that one of the two editions lacks or has otherwise."""
    old, new = dict(_values(before)), dict(_values(after))
    return [
        {"what": what, "slice": cell, "before": old.get((what, cell)), "after": new.get((what, cell)), "cause": cause}
        for what, cell in dict.fromkeys([*new, *old])
        if old.get((what, cell)) != new.get((what, cell))
    ]


def _values(rows: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], Any]]:
    for one in rows["slices"]:
        table = Table.model_validate(one["table"])
        for which, lines in table.cells.items():
            for labels, line in zip([*table.rows, ["Всего"]], lines, strict=True):
                for column, cell in zip([*table.columns, "Всего"], line, strict=True):
                    yield (one["title"], " / ".join([which, *labels, column])), cell.value
