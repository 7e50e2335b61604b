"""A set of open data as a kind of publication: data, their structure, and the passport (`meta.csv`) by «Методические
рекомендации по публикации открытых данных», version 3.0."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mcu.publications.files import about, with_manifest
from mcu.russian import month_title
from mcu.settings import settings

KIND = "open_data"

PUBLIC = (
    "new_count",
    "repeat_share",
    "overdue_share",
    "on_time_share",
    "first_reply_on_time_share",
    "registration_on_time_share",
    "satisfaction_share",
)
"""The indicators that may be public. Another one needs a decision, a review and a change of this line."""

SMALLEST = 10
"""Fewer records are no cell: neither their number nor a value made of them is shown."""

COLUMNS = {
    "period": ("Период", "Месяц, ГГГГ-ММ", "string"),
    "municipality": ("Муниципальное образование", "Название", "string"),
    "indicator_code": ("Код показателя", "Код по перечню показателей", "string"),
    "indicator": ("Показатель", "Название показателя", "string"),
    "unit": ("Единица измерения", "Единица значения", "string"),
    "value": ("Значение", "Значение показателя; пусто, если скрыто или не рассчитано", "decimal"),
    "records": ("Записей", "По скольким записям рассчитано; пусто, если скрыто", "integer"),
    "hidden": ("Скрыто", f"1, если записей меньше {SMALLEST}: значение не публикуется", "integer"),
}
"""Field → its name in Russian, what it means, its type."""

STANDARD = "http://opendata.gosmonitor.ru/standard/3.0"


def title(row: Mapping[str, Any]) -> str:
    return f"{row['rows']['place']['title']}: открытые данные о работе с обращениями, по {month_title(row['period'])}"


def suppressed(values: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows as they may be shown. Anything that is not of PUBLIC is dropped, whoever has asked for it. Hidden are
    cells of few records, of few that have the quality or of few that lack it, and a cell from which, with the others of
    its month, such a number could be counted."""
    public = [value for value in values if value["indicator_code"] in PUBLIC]
    hidden = {_cell_of(value) for value in public if any(0 < count < SMALLEST for count in _counts(value))}
    received = {_cell_of(value): value for value in public}
    for (period, code), new in received.items():
        repeats = received.get((period, "repeat_share"))
        if code == "new_count" and repeats:
            # what is neither new nor a repeat is a duplicate
            rest = (new["denominator"] or 0) - (new["numerator"] or 0) - (repeats["numerator"] or 0)
            if 0 < rest < SMALLEST:
                hidden.add((period, code))
    return [_shown(value, _cell_of(value) in hidden) for value in public]


def _counts(value: Mapping[str, Any]) -> list[float]:
    whole, part = value["denominator"] or 0, value["numerator"] or 0
    return [whole, part, whole - part]


def _cell_of(value: Mapping[str, Any]) -> tuple[str, str]:
    return value["period"], value["indicator_code"]


def _shown(value: Mapping[str, Any], is_hidden: bool) -> dict[str, Any]:
    return {name: value[name] for name in ("period", "municipality", "indicator_code", "indicator", "unit")} | {
        "value": None if is_hidden or not value["denominator"] else value["value"],
        "records": None if is_hidden else value["denominator"],
        "hidden": int(is_hidden),
    }


def files(row: Mapping[str, Any]) -> dict[str, bytes]:
    rows, as_of = row["rows"], row["as_of"].astimezone(settings().tz)
    stamp = f"{as_of:%Y%m%d}"
    names = {"data": f"data-{stamp}-structure-{stamp}.csv", "structure": f"structure-{stamp}.csv", "meta": "meta.csv"}
    bodies = {
        names["data"]: _csv([COLUMNS, *([_cell(one[name]) for name in COLUMNS] for one in rows["values"])]),
        names["structure"]: _csv(
            [
                ("field name", "english description", "russian description", "format"),
                *map(_described, COLUMNS),
            ]
        ),
        names["meta"]: _csv([("property", "value"), *_passport(row, names).items()]),
    }
    described = about(row, title(row)) | {"difference": row["difference"] or []}
    return with_manifest(described, bodies)


def difference(before: Any, after: Any, cause: str, causes: Mapping[str, str]) -> list[dict[str, Any]]:
    """The cells that one of the two shows otherwise."""
    old, new = ({(v["period"], v["indicator_code"]): v for v in rows["values"]} for rows in (before, after))
    return [
        {"period": p, "indicator_code": c, "before": old.get((p, c)), "after": new.get((p, c)), "cause": cause}
        for p, c in sorted(old.keys() | new.keys())
        if old.get((p, c)) != new.get((p, c))
    ]


def _passport(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    place, as_of = row["rows"]["place"], row["as_of"].astimezone(settings().tz)
    return {
        "standardversion": STANDARD,
        "identifier": f"mcu-{place['municipality_code']}-feedback",
        "title": f"Показатели работы с обращениями и сообщениями граждан: {place['title']}",
        "description": (
            "Помесячные показатели работы с обращениями и сообщениями граждан. Сведений о гражданах нет; значения, "
            f"рассчитанные менее чем по {SMALLEST} записям, скрыты."
        ),
        "creator": place["signatory"] or "Муниципальный центр управления",
        "created": row["rows"]["first_day"],
        "modified": f"{as_of:%Y%m%d}",
        "subject": "обращения граждан, обратная связь, муниципальное управление",
        "format": "csv",
        "provenance": f"Редакция {row['revision']}. Сведения на {as_of:%d.%m.%Y %H:%M}.",
        "publishername": place["publisher"],
        "valid": row["rows"]["valid"],
        names["data"].removesuffix(".csv"): names["data"],
        names["structure"].removesuffix(".csv"): names["structure"],
    }


def _described(name: str) -> tuple[str, ...]:
    words, meaning, kind = COLUMNS[name]
    return name, name.replace("_", " "), f"{words}: {meaning}", kind


def _csv(rows: Iterable[Sequence[Any] | Mapping[str, Any]]) -> bytes:
    """CSV by RFC 4180, UTF-8: what the recommendations ask for."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return "" if value is None else str(value)
