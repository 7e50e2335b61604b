"""The document system of the regional government: JSON of appeals with the results of their questions in the ССТУ
format, saved as an archive. Nothing of its authors and scans may land."""

from __future__ import annotations

import json
import zipfile
from base64 import b64encode
from collections import Counter
from pathlib import Path
from typing import Any

from demo_city.clock import local
from demo_city.item import Item
from demo_city.payloads import registry
from demo_city.reference import reference
from demo_city.stories import Stories
from demo_city.systems.base import Truth, items_of
from demo_city.systems.dropped import Dropped, stamped

_EPOCH = (1980, 1, 1, 0, 0, 0)
_SCAN = b64encode(b"%PDF-1.4 a scan of an invented answer").decode()


class SedSstu(Dropped):
    slug = "sed_sstu"

    def build(self, home: Path, seed: int, records: int, until: int) -> Truth:
        items = [i for i in items_of(self.slug, seed, records, "registry") if i.received <= until]
        items += Stories(seed).of(self.slug, until)
        appeals = [appeal_of(item, until) for item in items]
        # A real system misspells this status: it must be accepted.
        appeals.append(_not_received(appeals[0]))
        body = json.dumps([*appeals, *_faulty(appeals[0])], ensure_ascii=False)
        with zipfile.ZipFile(home / stamped(self.slug, until, "zip"), "w") as archive:
            archive.writestr(zipfile.ZipInfo("Обращения.json", _EPOCH), body, zipfile.ZIP_DEFLATED)
        return Truth(Counter(items=len(appeals)), rejected=3)


def appeal_of(item: Item, until: int) -> dict[str, Any]:
    row = registry(item, until)
    is_direct = item.index % 3 != 0
    author = item.author
    return {
        "departmentId": reference().municipality_refs["sed_sstu", item.municipality],
        "isDirect": is_direct,
        "format": "Other" if is_direct else "Electronic",
        "number": f"ССТУ-{item.ref}",
        "createDate": None if is_direct else _day(item.received),
        "name": author.full_name,
        "address": row["author_address"],
        "email": author.email if author.has_email else None,
        "questions": [_question(item, q, until) for q in row["questions"]],
    }


def _question(item: Item, row: dict[str, Any], until: int) -> dict[str, Any]:
    registered, extended = item.first("registered", until), item.first("extended", until)
    found: dict[str, Any] = {"code": row["code"], "incomingDate": _day(item.received)}
    if not registered:
        return found | {"status": "NotRegistered"}
    found["registrationDate"] = _day(registered)
    match row["result"]:
        case None:
            return found | {"status": "InWork"} | ({"isExtend": True} if extended else {})
        case "Transferred":
            transfer = {"departmentId": "00000000-0000-4000-8000-000000000099", "transferNumber": f"{item.number}-П"}
            return found | {"status": "Transferred", "transfer": transfer | {"transferDate": row["resultOn"]}}
        case result:
            found |= {"status": result, "responseDate": row["resultOn"]}
    if result == "Supported":
        found["actionsTaken"] = item.result == "SupportedMeasures"
    if result != "LeftWithoutAnswer":
        found["attachment"] = {"name": "otvet.pdf", "content": _SCAN}
    return found


def _not_received(like: dict[str, Any]) -> dict[str, Any]:
    sent = {"createDate": "2026-11-18", "isDirect": False, "format": "Electronic", "number": "ССТУ-НЕ-ПОСТУПИЛО"}
    return like | sent | {"questions": [{"code": "0005.0005.0056.1161", "status": "NotRecieved"}]}


def _faulty(like: dict[str, Any]) -> list[dict[str, Any]]:
    """Appeals that break one rule each: no response date, a response before the registration, an unknown status."""
    question = {"code": "0005.0005.0056.1161", "incomingDate": "2026-11-02", "registrationDate": "2026-11-03"}
    questions = (
        {"status": "Explained"},
        {"status": "Answered", "responseDate": "2026-11-01"},
        {"status": "Решено"},
    )
    return [
        like | {"number": f"ССТУ-ОШИБКА-{n}", "questions": [question | wrong]} for n, wrong in enumerate(questions, 1)
    ]


def _day(instant: int) -> str:
    return local(instant).date().isoformat()


SYSTEM = SedSstu()
