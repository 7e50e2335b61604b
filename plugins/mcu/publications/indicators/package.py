"""The monthly package as a kind of publication: its title, its files, and what changed since."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mcu.publications.files import json_bytes, with_manifest
from mcu.publications.indicators.difference import difference as document_difference
from mcu.publications.indicators.document import Document, Number
from mcu.publications.indicators.workbook import assessment, workbook
from mcu.russian import month_title
from mcu.settings import settings

KIND = "indicators"
SCHEMA = Path(__file__).with_name("indicators.schema.json")
"""The JSON Schema of the JSON file; it goes with each package."""


def title(row: Mapping[str, Any]) -> str:
    """What it is, in Russian."""
    place = Document.model_validate(row["rows"]).municipality.title
    return f"{place}: показатели за {month_title(row['period'])}"


def difference(before: Any, after: Any, cause: str, causes: Mapping[str, str]) -> list[dict[str, Any]]:
    """What changed between the rows of two revisions."""
    return document_difference(Document.model_validate(before), Document.model_validate(after), cause, causes)


def files(row: Mapping[str, Any]) -> dict[str, bytes]:
    """The files of a publication (name → bytes). They depend on the row only: no clock, no database."""
    document = Document.model_validate(row["rows"])
    as_of = row["as_of"].astimezone(settings().tz)
    name = f"{row['kind']}_{row['period']}_{row['municipality_code']}"
    bodies = {
        f"{name}.xlsx": workbook(document, row["period"], as_of, row["revision"], row["difference"] or []),
        f"{name}.csv": _csv(document),
        f"{name}.json": json_bytes(
            {
                "$schema": SCHEMA.name,
                "kind": row["kind"],
                "period": row["period"],
                "as_of": as_of.isoformat(),
                "revision": row["revision"],
                "min_records": document.min_records,
                "municipality": document.municipality.model_dump(),
                "values": _lines(document),
                "indicators": [indicator.model_dump() for indicator in document.indicators],
                "unmapped_count": document.unmapped_count,
                "assumptions": document.assumptions,
                "difference": row["difference"] or [],
            }
        ),
        SCHEMA.name: SCHEMA.read_bytes(),
    }
    about = {
        "kind": row["kind"],
        "title": "Показатели работы с обращениями и сообщениями граждан",
        "municipality_code": row["municipality_code"],
        "period": row["period"],
        "revision": row["revision"],
        "as_of": as_of.isoformat(),
        "definition_hash": row["definition_hash"],
        "versions": row["versions"],
        "rows": len(document.values),
        "rows_sha256": row["rows_sha256"],
    }
    return with_manifest(about, bodies)


def _lines(document: Document) -> list[dict[str, Any]]:
    lines = []
    for value in document.values:
        indicator = document.indicator(value.indicator_code)
        lines.append(
            {
                "indicator_code": value.indicator_code,
                "indicator": indicator.title,
                "municipality_code": document.municipality.municipality_code,
                "municipality": document.municipality.title,
                "unit": indicator.unit,
                "numerator": value.numerator,
                "denominator": value.denominator,
                "value": value.value,
                "plan_value": value.plan_value,
                "deviation": value.deviation,
                "assessment": document.assess(value),
                "plan_set_by": value.plan_set_by,
                "plan_basis": value.plan_basis,
            }
        )
    return lines


_HEADER = {
    "indicator_code": "Код показателя",
    "indicator": "Показатель",
    "municipality_code": "Код муниципального образования",
    "municipality": "Муниципальное образование",
    "unit": "Единица измерения",
    "numerator": "Числитель",
    "denominator": "Знаменатель (n)",
    "value": "Значение",
    "plan_value": "Плановое значение",
    "deviation": "Отклонение от плана",
    "assessment": "Оценка",
    "plan_set_by": "Кем установлен план",
    "plan_basis": "Основание плана",
}


def _csv(document: Document) -> bytes:
    """CSV that Russian Excel opens by a double click: UTF-8 with BOM, semicolons, decimal commas."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(_HEADER.values())
    for value, line in zip(document.values, _lines(document), strict=True):
        words = line | {"assessment": assessment(document, value)}
        writer.writerow(_cell(words[name]) for name in _HEADER)
    return out.getvalue().encode("utf-8-sig")


def _cell(value: str | Number) -> str:
    if value is None:
        return ""
    return f"{value:.6f}".rstrip("0").replace(".", ",") if isinstance(value, float) else str(value)
