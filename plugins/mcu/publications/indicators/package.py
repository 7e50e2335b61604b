"""A package of files: made from a row of `ops.publications`, written as a whole, verified by its manifest."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mcu.errors import UserError
from mcu.publications.indicators.document import Document, Number
from mcu.publications.indicators.workbook import workbook
from mcu.settings import settings

MANIFEST = "manifest.json"


class PackageError(UserError):
    """A package differs from what was published; the message names the files."""

    code = "package_changed"


def files(row: Mapping[str, Any]) -> dict[str, bytes]:
    """The files of a publication (name → bytes). They depend on the row only: no clock, no database."""
    document = Document.model_validate(row["rows"])
    as_of = row["as_of"].astimezone(settings().tz)
    name = f"{row['kind']}_{row['period']}"
    bodies = {
        f"{name}.xlsx": workbook(document, row["period"], as_of, row["revision"], row["difference"] or []),
        f"{name}.csv": _csv(document),
        f"{name}.json": _json(
            {
                "kind": row["kind"],
                "period": row["period"],
                "as_of": as_of.isoformat(),
                "revision": row["revision"],
                "values": _lines(document),
                "indicators": [indicator.model_dump() for indicator in document.indicators],
                "difference": row["difference"] or [],
            }
        ),
    }
    manifest = {
        "kind": row["kind"],
        "title": "Показатели работы с обращениями и сообщениями граждан",
        "period": row["period"],
        "revision": row["revision"],
        "as_of": as_of.isoformat(),
        "definition_hash": row["definition_hash"],
        "rows": len(document.values),
        "rows_sha256": row["rows_sha256"],
        "files": {name: {"bytes": len(body), "sha256": sha256(body)} for name, body in bodies.items()},
    }
    return bodies | {MANIFEST: _json(manifest)}


def write(folder: Path, bodies: Mapping[str, bytes]) -> None:
    """Make `folder` hold exactly these files. A reader never sees it half written."""
    draft = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    for name, body in bodies.items():
        (draft / name).write_bytes(body)
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)


def copy(folder: Path, out: Path) -> None:
    """Copy the files of a package into the folder `out`, each atomically; other files there stay."""
    out.mkdir(parents=True, exist_ok=True)
    for source in sorted(folder.iterdir()):
        draft = out / f".{source.name}.{os.getpid()}"
        shutil.copyfile(source, draft)
        draft.replace(out / source.name)


def is_whole(folder: Path, expected: Mapping[str, str]) -> bool:
    """True if every file of `expected` (name → SHA-256) is in the folder unchanged."""
    paths = {folder / name: sha for name, sha in expected.items()}
    return all(path.is_file() and sha256(path.read_bytes()) == sha for path, sha in paths.items())


def verify(folder: Path) -> dict[str, Any]:
    """The manifest in `folder`. Raises PackageError naming each file that differs from it."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        listed = {name: about["sha256"] for name, about in manifest["files"].items()}
    except FileNotFoundError:
        raise PackageError(f"В папке {folder} нет {MANIFEST}.") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise PackageError(f"{folder / MANIFEST} не читается.") from None
    faults = [
        f"{name}: {'изменён' if (folder / name).is_file() else 'отсутствует'}"
        for name, sha in listed.items()
        if not is_whole(folder, {name: sha})
    ]
    if faults:
        raise PackageError(f"Пакет в {folder} не соответствует описи: {'; '.join(faults)}.")
    return manifest


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _lines(document: Document) -> list[dict[str, Any]]:
    lines = []
    for value in document.values:
        indicator = document.indicator(value.indicator_code)
        lines.append(
            {
                "indicator_code": value.indicator_code,
                "indicator": indicator.title,
                "municipality_code": value.municipality_code,
                "municipality": document.municipality(value.municipality_code).title,
                "unit": indicator.unit,
                "numerator": value.numerator,
                "denominator": value.denominator,
                "value": value.value,
                "plan_value": value.plan_value,
                "deviation": value.deviation,
                "is_plan_met": indicator.is_met(value),
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
    "denominator": "Знаменатель",
    "value": "Значение",
    "plan_value": "Плановое значение",
    "deviation": "Отклонение от плана",
    "is_plan_met": "План выполнен",
}


def _csv(document: Document) -> bytes:
    """CSV that Russian Excel opens by a double click: UTF-8 with BOM, semicolons, decimal commas."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(_HEADER.values())
    for line in _lines(document):
        writer.writerow(_cell(line[name]) for name in _HEADER)
    return out.getvalue().encode("utf-8-sig")


def _cell(value: str | bool | Number) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "да" if value else "нет"
    return f"{value:.6f}".rstrip("0").replace(".", ",") if isinstance(value, float) else str(value)


def _json(body: Mapping[str, Any]) -> bytes:
    return (json.dumps(body, ensure_ascii=False, indent=2) + "\n").encode()
