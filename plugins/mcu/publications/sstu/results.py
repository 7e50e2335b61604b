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
    select f.record_ref as number, f.source_slug, f.received_on, f.status_code as item_status, q.question_no,
           q.classifier_code as code, q.result_code as status, q.result_on,
           (f.registered_at at time zone m.time_zone)::date as registered_on, c.is_direct,
           (select case when count(*) = 1 then min(d.municipality_ref) end from reference.municipality_map as d
            where d.municipality_code = f.municipality_code and d.source_slug = %(own)s) as department,
           exists (
               select from marts.fct_feedback_events as e
               where e.feedback_key = f.feedback_key and e.event_code = 'extended'
           ) as is_extended
    from marts.fct_questions as q
    join marts.fct_feedback as f using (feedback_key)
    join marts.dim_municipality as m using (municipality_code)
    join marts.dim_channel as c using (channel_code)
    where f.municipality_code = %(place)s and f.kind = 'appeal' and f.source_slug <> %(own)s
      and f.feedback_key in (
          select feedback_key from marts.fct_questions where result_on between %(first)s and %(last)s
      )
    order by f.received_on, f.record_ref, f.source_slug, q.question_no
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
        if faults := _faults(appeal):
            refused.append({"number": appeal["number"], "faults": faults})
        else:
            valid.append(appeal)
    return valid, refused


def _faults(appeal: dict[str, Any]) -> list[str]:
    """What the reference data do not say, in words of their own; else the broken rules of the format."""
    unknown = [words for field, words in _UNKNOWN.items() if appeal[field] is None]
    return unknown or received_faults(appeal)


_UNKNOWN = {
    "departmentId": "departmentId: в справочнике нет единственного органа муниципального образования в ССТУ",
    "isDirect": "isDirect: по каналу не видно, обратился ли автор напрямую или обращение направил другой орган",
}


def _appeal(row: DictRow) -> dict[str, Any]:
    """`Electronic` is МЭДО only, so what an author sent himself is `Other`, by ЕПГУ too. Of another body's appeal the
    marts hold no covering letter (its number, `createDate`): the rules of the format refuse it."""
    return {
        "departmentId": row["department"],
        "isDirect": row["is_direct"],
        "format": "Other",
        "number": row["number"],
        "questions": [],
    }


def _question(row: DictRow) -> dict[str, Any]:
    status = row["status"] or _unfinished(row)
    days = {"incomingDate": row["received_on"], "registrationDate": row["registered_on"]}
    if row["status"] not in (None, "Transferred"):
        days["responseDate"] = row["result_on"]
    extended = {"isExtend": True} if status == "InWork" and row["is_extended"] else {}
    dated = {name: f"{day:%Y-%m-%d}" for name, day in days.items() if day}
    return {"code": row["code"], "status": status} | extended | dated


def _unfinished(row: DictRow) -> str:
    """The status of a question without a result."""
    if row["item_status"] == "forwarded":
        return "Transferred"
    return "InWork" if row["registered_on"] else "NotRegistered"
