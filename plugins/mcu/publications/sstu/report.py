"""A month of results for ССТУ as a kind of publication."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

from mcu.publications.files import about, json_bytes, with_manifest
from mcu.russian import month_title

KIND = "sstu"


def title(row: Mapping[str, Any]) -> str:
    return f"{row['rows']['place']}: результаты рассмотрения обращений для ССТУ.РФ за {month_title(row['period'])}"


def files(row: Mapping[str, Any]) -> dict[str, bytes]:
    """The appeals as one JSON array, the refused ones with their reasons, the manifest."""
    rows = row["rows"]
    name = f"sstu_{row['period']}_{row['municipality_code']}"
    described = about(row, title(row)) | {
        "appeals": len(rows["appeals"]),
        "refused": len(rows["refused"]),
        "added_by_the_sender": "ФИО автора (name) и образ ответа (attachment) добавляет СЭД: в платформе их нет.",
        "difference": row["difference"] or [],
    }
    return with_manifest(
        described, {f"{name}.json": json_bytes(rows["appeals"]), f"{name}_refused.csv": _refused(rows["refused"])}
    )


def difference(before: Any, after: Any, cause: str, causes: Mapping[str, str]) -> list[dict[str, Any]]:
    """The appeals that one of the two has otherwise or refuses otherwise. Two systems may give one number."""
    old, new = _states(before), _states(after)
    found = []
    for number in sorted(old.keys() | new.keys()):
        was, now = old.get(number, []), new.get(number, [])
        changed = zip_longest([one for one in was if one not in now], [one for one in now if one not in was])
        found += [{"number": number, "before": a, "after": b, "cause": cause} for a, b in changed]
    return found


def _states(rows: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Number → its appeals, as they are sent or with their faults."""
    found: dict[str, list[Any]] = {}
    for one in rows["appeals"]:
        found.setdefault(one["number"], []).append(one)
    for one in rows["refused"]:
        found.setdefault(one["number"], []).append({"refused": one["faults"]})
    return found


def _refused(refused: list[dict[str, Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(["Номер обращения", "Почему не включено"])
    writer.writerows([one["number"], "; ".join(one["faults"])] for one in refused)
    return out.getvalue().encode("utf-8-sig")
