"""Appeals with the results of their questions in a month, in the ССТУ format, each held against its rules.

The marts hold neither the author's name nor the scan of the answer, and may not: the document system that sends the
report adds both. Everything else must be whole: an appeal with a fault is refused with its reasons."""

from __future__ import annotations

from datetime import date
from typing import Any

import psycopg
from psycopg.rows import DictRow

from mcu.formats.sstu import received_faults

OWN_SYSTEM = "sed_sstu"
"""Its map names the department of ССТУ of each municipality; what it brought has been reported already."""

_QUESTIONS = """
    select f.record_ref as number, f.source_slug, f.received_on, q.question_no, q.classifier_code as code,
           q.result_code as status, q.result_on, (f.registered_at at time zone m.time_zone)::date as registered_on,
           d.municipality_ref as department
    from marts.fct_questions as q
    join marts.fct_feedback as f using (feedback_key)
    join marts.dim_municipality as m using (municipality_code)
    left join reference.municipality_map as d
        on d.municipality_code = f.municipality_code and d.source_slug = %(own)s
    where f.municipality_code = %(place)s and f.kind = 'appeal' and f.source_slug <> %(own)s
      and f.feedback_key in (
          select feedback_key from marts.fct_questions where result_on between %(first)s and %(last)s
      )
    order by f.received_on, f.record_ref, q.question_no
"""


def read(
    cursor: psycopg.Cursor[DictRow], place: str, first: date, last: date
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The appeals of which a question got its result in the period: the valid ones, and the refused ones as
    {"number", "faults"}."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    given = {"place": place, "first": first, "last": last, "own": OWN_SYSTEM}
    for row in cursor.execute(_QUESTIONS, given).fetchall():
        appeal = found.setdefault((row["source_slug"], row["number"]), _appeal(row))
        appeal["questions"].append(_question(row))
    valid, refused = [], []
    for appeal in found.values():
        if faults := received_faults(appeal):
            refused.append({"number": appeal["number"], "faults": faults})
        else:
            valid.append(appeal)
    return valid, refused


def _appeal(row: DictRow) -> dict[str, Any]:
    return {
        "departmentId": row["department"],
        "isDirect": True,
        "format": "Other",
        "number": row["number"],
        "questions": [],
    }


def _question(row: DictRow) -> dict[str, Any]:
    status = row["status"] or ("InWork" if row["registered_on"] else "NotRegistered")
    days = {"incomingDate": row["received_on"], "registrationDate": row["registered_on"]}
    if row["status"] not in (None, "Transferred"):
        days["responseDate"] = row["result_on"]
    return {"code": row["code"], "status": status} | {name: f"{day:%Y-%m-%d}" for name, day in days.items() if day}
