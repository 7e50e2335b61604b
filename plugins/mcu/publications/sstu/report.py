"""A month of results for ССТУ as a kind of publication."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
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
    """The appeals that one of the two has otherwise."""
    old, new = ({one["number"]: one for one in rows["appeals"]} for rows in (before, after))
    numbers = sorted(number for number in old.keys() | new.keys() if old.get(number) != new.get(number))
    return [
        {"number": number, "before": old.get(number), "after": new.get(number), "cause": cause} for number in numbers
    ]


def _refused(refused: list[dict[str, Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(["Номер обращения", "Почему не включено"])
    writer.writerows([one["number"], "; ".join(one["faults"])] for one in refused)
    return out.getvalue().encode("utf-8-sig")
