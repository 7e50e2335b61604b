"""The weekly note as a kind of publication."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from mcu.publications.files import about, json_bytes, with_manifest
from mcu.publications.ledger import Draft
from mcu.publications.note import outlook, sections, standing
from mcu.publications.note.bindings import Bindings
from mcu.publications.note.difference import binding_difference
from mcu.publications.note.document import HERE, render
from mcu.publications.note.figures import CHART_WEEKS, Figures, Week
from mcu.publications.note.metrics import METRICS
from mcu.publications.note.words import Names
from mcu.russian import MONTHS_GENITIVE
from mcu.settings import settings

KIND = "weekly_note"
TEMPLATE = HERE / "weekly_note.docx"
BARS = 5
difference = binding_difference


def title(row: Mapping[str, Any]) -> str:
    return f"{row['rows']['place']}: аналитическая записка за {week_title(Week.of(row['period']))}"


def week_title(week: Week) -> str:
    """«неделю с 9 по 15 ноября 2026 года»."""
    first, last = week.first, week.last
    since = f"{first.day}" if first.month == last.month else f"{first.day} {MONTHS_GENITIVE[first.month - 1]}"
    if first.year != last.year:
        since += f" {first.year} года"
    return f"неделю с {since} по {last.day} {MONTHS_GENITIVE[last.month - 1]} {last.year} года"


def draft(f: Figures, names: Names, addressee: str) -> Draft:
    """The note in words and figures, without its looks."""
    b = Bindings({"municipality_code": f.place["municipality_code"]})
    as_of = f.as_of.astimezone(settings().tz)
    words = {
        "addressee": addressee,
        "heading": "Еженедельная аналитическая записка",
        "subheading": f"{f.place['title']}, за " + b.words(week_title(f.week), "period", week=f.week.code),
        "known_at": "по состоянию на " + b.words(f"{as_of:%d.%m.%Y %H:%M}", "as_of"),
        "signatory": f.place["signatory"] or "Руководитель МЦУ",
        "measures": sections.measures(f, b),
        "week": sections.week(f, b),
        "spheres": sections.spheres(f, b),
        "recipients": sections.recipients(f, b, names),
        "areas": standing.areas(f, b),
        "rating": standing.rating(f, b),
        "communication": standing.communication(f, b),
        "votes": outlook.votes(f, b),
        "due": outlook.due(f, b),
        "advice": outlook.advice(f, b, names),
        "unknown": outlook.unknown(f, b),
    }
    rows = {"place": f.place["title"], "words": words, "entries": b.entries, "series": _series(f)}
    return Draft(f.week.code, f.place["municipality_code"], addressee, rows, _sha256(rows))


def files(row: Mapping[str, Any]) -> dict[str, bytes]:
    """The note, the list of its numbers, the manifest."""
    rows, as_of = row["rows"], row["as_of"].astimezone(settings().tz)
    name = f"{row['kind']}_{row['period']}_{row['municipality_code']}"
    body, numbers = render(TEMPLATE, rows["words"], rows["series"], rows["entries"], as_of)
    described = about(row, title(row))
    used = {entry["metric"] for entry in numbers} & set(METRICS)
    listed = {
        **described,
        "metrics": {code: {"title": m.title, "relation": m.relation} for code, m in METRICS.items() if code in used},
        "numbers": numbers,
        "charts": rows["series"],
        "difference": row["difference"] or [],
    }
    return with_manifest(described, {f"{name}.docx": body, f"{name}.json": json_bytes(listed)})


def _series(f: Figures) -> dict[str, list[dict[str, Any]]]:
    weeks = [f.week.ago(n) for n in range(CHART_WEEKS - 1, -1, -1)]
    flows = [(week, f.flows.get(week.first)) for week in weeks]
    return {
        "weeks_chart": [
            {"label": f"{week.first:%d.%m}", "week": week.code, "new": int(row["new"]), "overdue": int(row["overdue"])}
            for week, row in flows
            if row
        ],
        "recipients_chart": [
            {"label": row["title"], "recipient_code": row["recipient_code"], "value": row["overdue"]}
            for row in sections.debtors(f)[:BARS]
        ],
    }


def _sha256(rows: Mapping[str, Any]) -> str:
    """Of the figures: a reworded sentence makes no new revision."""
    figures = [rows["entries"], rows["series"]]
    return hashlib.sha256(json.dumps(figures, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
