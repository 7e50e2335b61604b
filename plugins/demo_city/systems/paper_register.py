"""The register of written appeals, telephone messages and personal receptions, filled by hand in our template."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

from demo_city.clock import local
from demo_city.item import Item
from demo_city.payloads import registry
from demo_city.reference import reference
from demo_city.systems.base import Truth, items_of
from demo_city.systems.dropped import Dropped, stamped
from mcu.registers import REGISTERS
from mcu.registers.paper import KINDS
from mcu.registers.workbook import filled


class PaperRegister(Dropped):
    slug = "paper_register"

    def build(self, home: Path, seed: int, records: int, until: int) -> Truth:
        items = [i for i in items_of(self.slug, seed, records, "registry") if i.received <= until]
        rows = [_row(item, until) for item in items]
        # Somebody pasted a row over the checks of the template: its date is invalid.
        rows.append(rows[0] | {"number": "вх-б/д", "received_at": "в пятницу"})
        (home / stamped(self.slug, until, "xlsx")).write_bytes(filled(REGISTERS["register"], rows))
        return Truth(Counter(items=len(items)), rejected=1)


def _row(item: Item, until: int) -> dict[str, Any]:
    body, ref = registry(item, until), reference()
    days = {code: _day(item.first(code, until)) for code in ("registered", "extended", "forwarded", "final_reply")}
    if days["forwarded"]:
        status = "Направлено по компетенции"
    elif days["final_reply"]:
        status = "Оставлено без ответа автору" if item.result == "LeftWithoutAnswer" else "Ответ дан"
    else:
        status = "Срок продлён" if days["extended"] else "На рассмотрении"
    return {
        "number": f"вх-{item.number}", "kind": KINDS[item.index % 3],
        "municipality": ref.municipality_refs["*", item.municipality], "received_at": _day(item.received),
        "registered_at": days["registered"], "author": item.author.full_name, "phone": body["author_phone"],
        "address": body["author_address"], "topic": ref.topic_refs["*", item.topic][0], "text": item.text,
        "recipient": ref.recipient_ref("*", item.recipient, item.received), "status": status,
        "extended_at": days["extended"], "forwarded_at": days["forwarded"], "answered_at": days["final_reply"],
        "answer": body["answer_text"], "parent": None,
    }  # fmt: skip  # a table


def _day(instant: int | None) -> datetime | None:
    return datetime.combine(local(instant).date(), datetime.min.time()) if instant else None


SYSTEM = PaperRegister()
